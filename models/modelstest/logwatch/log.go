package logwatch

import (
	"bytes"
	"io"
	"log/slog"
	"sync"
	"testing"
)

// New is a log for a test, down to the least line. It goes on to next; io.Discard when the test
// does not read it.
func New(t testing.TB, next io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(Writer(t, next), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Writer is for what a program under test says. It goes on to next.
func Writer(t testing.TB, next io.Writer) io.Writer {
	w := Watch(next, func(err error) { t.Error(err) })
	t.Cleanup(w.Close)
	return w
}

// Watcher reads along in what is written.
type Watcher struct {
	next io.Writer
	tell func(error)
	mu   sync.Mutex
	line []byte // begun and not ended yet
}

// Watch passes on what is written to next, and calls tell for what tells a secret.
func Watch(next io.Writer, tell func(error)) *Watcher {
	return &Watcher{next: next, tell: tell}
}

// Write looks at whole lines: a program's words come in pieces.
func (w *Watcher) Write(said []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, said...)
	if end := bytes.LastIndexByte(w.line, '\n') + 1; end > 0 {
		w.look(w.line[:end])
		w.line = append([]byte(nil), w.line[end:]...)
	}
	return w.next.Write(said)
}

// Close looks at what was left without an end of line.
func (w *Watcher) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look(w.line)
	w.line = nil
}

func (w *Watcher) look(lines []byte) {
	if err := Error(string(lines)); err != nil {
		w.tell(err)
	}
}
