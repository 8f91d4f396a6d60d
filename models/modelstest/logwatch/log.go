package logwatch

import (
	"bytes"
	"io"
	"log/slog"
	"sync"
	"testing"
)

// New is a log for a test, with all levels. It is searched for secrets and passed on to next, which is
// io.Discard if the test does not read it.
func New(t testing.TB, next io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(Writer(t, next), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Writer takes the output of a program under test, searches it for secrets and passes it on to next.
func Writer(t testing.TB, next io.Writer) io.Writer {
	w := Watch(next, func(err error) { t.Error(err) })
	t.Cleanup(w.Close)
	return w
}

// Watcher searches what is written through it.
type Watcher struct {
	next io.Writer
	tell func(error)
	mu   sync.Mutex
	line []byte // the beginning of a line whose end has not been written yet
}

// Watch passes everything on to next, and calls tell for every line that holds a secret.
func Watch(next io.Writer, tell func(error)) *Watcher {
	return &Watcher{next: next, tell: tell}
}

// Write searches whole lines, because programs write them in pieces.
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

// Close searches the last line if it had no end.
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
