package dbproxy

import (
	"encoding/binary"
	"sync"
)

// prepared holds the texts of a connection's prepared statements by the numbers that the server gave
// them.
type prepared struct {
	mu    sync.Mutex
	asked string // the text that is being prepared; its number comes with the answer
	texts map[uint32]string
}

// sql returns the text of the statement that a command executes.
func (s *prepared) sql(p packet) (string, bool) {
	command, rest := p.command()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch command {
	case comQuery:
		return string(rest), true
	case comStmtPrepare:
		s.asked = string(rest)
	case comStmtExecute:
		text, ok := s.texts[number(rest)]
		return text, ok
	case comStmtClose:
		delete(s.texts, number(rest))
	}
	return "", false
}

// answer reads a statement's number from the first packet of the answer to its preparation: a zero
// byte, then the number.
func (s *prepared) answer(p packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked != "" && len(p) > headerLength+4 && p[headerLength] == 0 {
		s.texts[number(p[headerLength+1:])] = s.asked
	}
	s.asked = ""
}

func number(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}
