package dbproxy

import (
	"context"
	"net"
	"sync"
	"time"
)

// Statement is a statement that a program sends to its server.
type Statement struct {
	Number int // from 1, counted over all connections since the plan was set
	Conn   int // number of the connection
	SQL    string
}

// Fault is what happens to a statement. The zero Fault lets it pass.
type Fault struct {
	Cut    Moment
	Refuse *Refusal // the answer in the server's place; the server does not see the statement
	// Meanwhile, if not nil, is called at that moment, before the program can notice anything.
	Meanwhile func()
}

// Moment is when a connection is cut.
type Moment string

// The moments.
const (
	Before Moment = "before" // the server has not seen the statement
	After  Moment = "after"  // the server has executed the statement, and its answer is lost
)

// Plan decides what happens to a statement. It is called for one statement at a time.
type Plan func(Statement) Fault

// Proxy forwards connections to a server. Its methods are safe for concurrent use.
type Proxy struct {
	server   string
	listener net.Listener
	flow     sync.RWMutex // held for writing while frozen
	serving  sync.WaitGroup

	mu       sync.Mutex // guards all below
	plan     Plan
	count    int
	links    int // how many have begun
	turnAway *Refusal
	open     map[net.Conn]bool
	closed   bool
}

// Listen starts a proxy on a free port of loopback for the server at host:port.
func Listen(server string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{server: server, listener: listener, open: map[net.Conn]bool{}}
	p.serving.Go(p.accept)
	return p, nil
}

// Addr is where the program finds its server, as host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close cuts every connection. The proxy must not be frozen.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.CutAll()
	p.serving.Wait()
	return err
}

// SetPlan sets the plan for all further statements and begins to count at 1 again. With nil everything
// passes.
func (p *Proxy) SetPlan(plan Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan, p.count = plan, 0
}

// Count is the number of statements since the plan was set.
func (p *Proxy) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Freeze holds back all packets, in both directions, until Thaw. Connections are still accepted.
func (p *Proxy) Freeze() { p.flow.Lock() }

// Thaw forwards everything that was held back, even if its sender has given up meanwhile.
func (p *Proxy) Thaw() { p.flow.Unlock() }

// TurnAway answers new connections with a refusal in place of the server's greeting. With nil they are
// let in again.
func (p *Proxy) TurnAway(r *Refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turnAway = r
}

// CutAll cuts every connection that is open now.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		cut(conn)
	}
}

// cut ends a connection at once. Close alone would not do: while this process starts another, that
// briefly holds copies of all open connections, and the other side notices a Close only once the last
// copy is closed.
func cut(conn net.Conn) {
	_ = conn.(*net.TCPConn).CloseWrite() // it may have ended already
	conn.Close()
}

// decide asks the plan about the next statement.
func (p *Proxy) decide(conn int, sql string) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	if p.plan == nil {
		return Fault{}
	}
	return p.plan(Statement{p.count, conn, sql})
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.serving.Go(func() {
			defer p.forget(conn)
			if p.remember(conn) {
				p.serve(conn)
			}
		})
	}
}

func (p *Proxy) remember(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[conn] = true
	return !p.closed
}

func (p *Proxy) forget(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, conn)
	cut(conn)
}

const dialTimeout = 5 * time.Second

// serve passes one connection on until either side ends it.
func (p *Proxy) serve(client net.Conn) {
	p.mu.Lock()
	refusal := p.turnAway
	p.links++
	number := p.links
	p.mu.Unlock()
	if refusal != nil {
		_, _ = client.Write(refusal.packet(0)) // whoever is turned away may have gone already
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	server, err := new(net.Dialer).DialContext(ctx, "tcp", p.server)
	if err != nil {
		return
	}
	newLink(p, number, client, server).run()
}
