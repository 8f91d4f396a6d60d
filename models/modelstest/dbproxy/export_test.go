package dbproxy

import (
	"net"
	"testing"
)

// Copy copies the connections that are open now, as a process does that is being started, until
// release is called.
func (p *Proxy) Copy(t *testing.T) (release func()) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var closing []func() error
	for conn := range p.open {
		file, err := conn.(*net.TCPConn).File()
		if err != nil {
			t.Fatal(err)
		}
		closing = append(closing, file.Close)
	}
	return func() {
		for _, end := range closing {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	}
}
