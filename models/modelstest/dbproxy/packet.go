package dbproxy

import (
	"bufio"
	"encoding/binary"
	"io"
	"slices"
)

// A packet is three bytes of length, one of sequence number, and the payload.
// Source: https://mariadb.com/kb/en/0-packet/
const headerLength = 4

type packet []byte

// readPacket reads a whole packet, including its header.
func readPacket(r *bufio.Reader) (packet, error) {
	header, err := r.Peek(headerLength)
	if err != nil {
		return nil, err
	}
	length := int(header[0]) | int(header[1])<<8 | int(header[2])<<16
	p := make(packet, headerLength+length)
	_, err = io.ReadFull(r, p)
	return p, err
}

func newPacket(sequence byte, payload []byte) packet {
	header := []byte{byte(len(payload)), byte(len(payload) >> 8), byte(len(payload) >> 16), sequence}
	return slices.Concat(header, payload)
}

// Commands, each the first byte of its payload.
// Source: https://mariadb.com/kb/en/2-text-protocol/ and
// https://mariadb.com/kb/en/3-binary-protocol-prepared-statements/
const (
	comQuery       = 0x03 // followed by the text of a statement
	comStmtPrepare = 0x16 // followed by the text of a statement
	comStmtExecute = 0x17 // followed by the number of a prepared statement, four bytes
	comStmtClose   = 0x19 // followed by the number of a prepared statement, four bytes
)

func query(sql string) packet {
	return newPacket(0, append([]byte{comQuery}, sql...))
}

// command splits a packet into the command and what follows it. Every command begins a new sequence,
// so packets of the login are not taken for commands.
func (p packet) command() (command byte, rest []byte) {
	if len(p) <= headerLength || p[3] != 0 {
		return 0, nil
	}
	return p[headerLength], p[headerLength+1:]
}

// Refusal is an error as the server would send it.
type Refusal struct {
	Code  uint16 // like 1213
	State string // SQLSTATE, five characters
	Text  string
}

// Errors that a server in trouble gives.
var (
	Deadlock        = Refusal{1213, "40001", "Deadlock found when trying to get lock; try restarting transaction"}
	LockWaitTimeout = Refusal{1205, "HY000", "Lock wait timeout exceeded; try restarting transaction"}
	ReadOnly        = Refusal{1290, "HY000", "The MariaDB server is running with the --read-only option " +
		"so it cannot execute this statement"}
	ReadOnlyMode       = Refusal{1836, "HY000", "Running in read-only mode"}
	DiskFull           = Refusal{1021, "HY000", "Disk full (/var/lib/mysql); waiting for someone to free some space..."}
	TableFull          = Refusal{1114, "HY000", "The table 'ly_payment_event' is full"}
	NotPrepared        = Refusal{1047, "08S01", "WSREP has not yet prepared node for application use"}
	TooManyConnections = Refusal{1040, "08004", "Too many connections"}
)

// packet encodes the refusal. The sequence is 1 for the answer to a statement, and 0 in place of the
// server's greeting.
func (r Refusal) packet(sequence byte) packet {
	payload := binary.LittleEndian.AppendUint16([]byte{0xff}, r.Code)
	payload = append(payload, '#')
	payload = append(payload, r.State...)
	return newPacket(sequence, append(payload, r.Text...))
}
