package dbproxy

import (
	"context"
	"net"
	"sync"
	"time"
)

// Statement is what a program wants its server to execute.
type Statement struct {
	Number int // from 1, counted over all connections since the plan was set
	Conn   int // tells connections apart
	SQL    string
}

// Fault is what happens to a statement. The zero Fault lets it pass.
type Fault struct {
	Cut    Moment
	Refuse *Refusal // answered in the server's place, which does not see the statement
	// Meanwhile runs at that moment, before the program can notice anything; nil means nothing runs.
	Meanwhile func()
}

// Moment is when a connection is cut.
type Moment string

// The moments.
const (
	Before Moment = "before" // the server has not seen the statement
	After  Moment = "after"  // the server has executed the statement, and its answer is lost
)

// Plan decides what happens to a statement. It is asked about one at a time.
type Plan func(Statement) Fault

// Proxy passes connections on to a server. Its methods are safe for concurrent use.
type Proxy struct {
	server   string
	listener net.Listener
	flow     sync.RWMutex // held for writing while frozen
	serving  sync.WaitGroup

	mu       sync.Mutex // guards all below
	plan     Plan
	count    int
	links    int // that have begun
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

// SetPlan makes the plan decide from the next statement on, and counts from 1 again; nil lets everything pass.
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

// Freeze holds every packet back, in both directions, until Thaw. Connections are still accepted.
func (p *Proxy) Freeze() { p.flow.Lock() }

// Thaw lets everything go on where it stopped, also what its sender has given up.
func (p *Proxy) Thaw() { p.flow.Unlock() }

// TurnAway answers new connections with a refusal in the place of the server's greeting; nil lets
// them in again.
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

// cut ends a connection at once. A process that is being started holds a copy of everything that
// this one has open, and until the last copy is closed the other side hears nothing of a Close.
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
