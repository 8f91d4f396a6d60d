package dbproxy

import (
	"bufio"
	"net"
	"strings"
	"sync"
)

// link is one connection of the program, with its connection to the server. Client and server take
// turns: after a statement the client is silent, so whatever comes next from the server belongs to the
// answer to that statement.
type link struct {
	proxy          *Proxy
	number         int
	client, server net.Conn
	prepared       prepared

	mu       sync.Mutex
	withheld *Fault        // what happens when the answer comes, instead of passing it on
	undone   chan struct{} // closed when the server has rolled back for a refusal; nil = nobody waits
	ended    chan struct{} // closed when the server's connection has ended
}

func newLink(p *Proxy, number int, client, server net.Conn) *link {
	return &link{
		proxy: p, number: number, client: client, server: server, prepared: prepared{texts: map[uint32]string{}},
		ended: make(chan struct{}),
	}
}

func (l *link) run() {
	var answers sync.WaitGroup
	answers.Go(func() {
		l.passAnswers()
		close(l.ended)
		l.cut()
	})
	l.passCommands()
	l.cut()
	answers.Wait()
}

func (l *link) cut() {
	cut(l.client)
	cut(l.server)
}

func (l *link) passCommands() {
	commands := bufio.NewReader(l.client)
	for {
		p, err := readPacket(commands)
		if err != nil {
			return
		}
		fault := Fault{}
		sql, ok := l.prepared.sql(p)
		if ok {
			fault = l.proxy.decide(l.number, sql)
		}
		switch {
		case fault.Refuse != nil:
			err = l.refuse(sql, fault)
		case fault.Cut == Before:
			fault.run()
			return
		case fault.Cut == After:
			l.mu.Lock()
			l.withheld = &fault
			l.mu.Unlock()
			err = l.send(l.server, p)
		default:
			err = l.send(l.server, p)
		}
		if err != nil {
			return
		}
	}
}

func (l *link) passAnswers() {
	answers := bufio.NewReader(l.server)
	for {
		p, err := readPacket(answers)
		if err != nil {
			return
		}
		l.prepared.answer(p)
		l.mu.Lock()
		withheld, undone := l.withheld, l.undone
		l.undone = nil
		l.mu.Unlock()
		switch {
		case withheld != nil:
			withheld.run()
			return
		case undone != nil:
			close(undone)
		default:
			if err := l.send(l.client, p); err != nil {
				return
			}
		}
	}
}

// send waits while the proxy is frozen.
func (l *link) send(to net.Conn, p packet) error {
	l.proxy.flow.RLock()
	defer l.proxy.flow.RUnlock()
	_, err := to.Write(p)
	return err
}

func (f Fault) run() {
	if f.Meanwhile != nil {
		f.Meanwhile()
	}
}

// refuse answers a statement in the server's place. After a deadlock or a failed COMMIT, a real server
// has rolled the transaction back, so refuse does that, too. A node that is not prepared does not look
// at the statement, so there the transaction stays open.
func (l *link) refuse(sql string, fault Fault) error {
	fault.run()
	failed := strings.EqualFold(sql, "COMMIT") && fault.Refuse.Code != NotPrepared.Code
	if failed || fault.Refuse.Code == Deadlock.Code {
		if err := l.rollBack(); err != nil {
			return err
		}
	}
	return l.send(l.client, fault.Refuse.packet(1))
}

// rollBack makes the server roll back, and waits until it has or its connection has ended.
func (l *link) rollBack() error {
	undone := make(chan struct{})
	l.mu.Lock()
	l.undone = undone
	l.mu.Unlock()
	if err := l.send(l.server, query("ROLLBACK")); err != nil {
		return err
	}
	select {
	case <-undone:
	case <-l.ended:
	}
	return nil
}
