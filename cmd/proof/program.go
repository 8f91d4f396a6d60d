package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"luffy/models/modelstest/logwatch"
)

// program is one process of luffy.
type program struct {
	cmd   *exec.Cmd
	said  *output
	ended chan struct{} // closed when the process has ended
}

// launch starts luffy with a command. It reaches the world's database through the proxy.
func (w *world) launch(environ []string, args ...string) (*program, error) {
	cmd := exec.Command(w.luffy, args...) //nolint:noctx // it is ended by kill
	p := &program{cmd: cmd, said: newOutput(), ended: make(chan struct{})}
	p.cmd.Env = append(w.environ(), environ...)
	watched := logwatch.Watch(p.said, w.leaked)
	p.cmd.Stdout, p.cmd.Stderr = watched, watched
	w.mu.Lock() // until it is the victim: it may reach the point of its death before Start returns
	err := p.cmd.Start()
	if err == nil {
		w.processes = append(w.processes, p)
	}
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // how it ended is in ProcessState
	}()
	return p, nil
}

// leaked notes for judge that a log holds a secret.
func (w *world) leaked(secret error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaks = append(w.leaks, secret)
}

// serve starts the shop and waits until it listens.
func (w *world) serve(environ ...string) error {
	p, err := w.launch(environ, "serve")
	if err != nil {
		return err
	}
	w.shop = p
	select {
	case <-p.said.serving:
		return nil
	case <-p.ended:
		return fmt.Errorf("luffy serve: %v\n%s", p.cmd.ProcessState, p.said)
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("luffy serve does not listen\n%s", p.said)
	}
}

// run runs a command of luffy to its end and returns its exit code, -1 if it was killed.
func (w *world) run(args ...string) (code int, said string, err error) {
	p, err := w.launch(nil, args...)
	if err != nil {
		return 0, "", err
	}
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode(), p.said.String(), nil
	case <-time.After(patience):
		p.kill()
		return 0, "", errors.New("luffy " + args[0] + " does not end")
	}
}

// kill ends the process as a power cut does and returns when it is gone.
func (p *program) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// lastWords are the last lines of its output.
func (p *program) lastWords() string {
	lines := strings.Split(p.said.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// victim is the process that was launched last.
func (w *world) victim() *program {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.processes[len(w.processes)-1]
}

// dead tells whether the victim has ended.
func (w *world) dead() bool {
	select {
	case <-w.victim().ended:
		return true
	default:
		return false
	}
}

// killAll kills all processes that still run.
func (w *world) killAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.processes {
		p.kill()
	}
	w.processes = nil
}

// patience bounds every wait.
const patience = 60 * time.Second

// output keeps the last part of a process's output.
type output struct {
	mu      sync.Mutex
	text    []byte
	serving chan struct{} // closed when the process says that it serves
	serves  bool
}

func newOutput() *output { return &output{serving: make(chan struct{})} }

// keptOutput is how many bytes of the output are kept.
const keptOutput = 64 << 10

func (o *output) Write(said []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, said...)
	if !o.serves && bytes.Contains(o.text, []byte(`"msg":"serving"`)) {
		o.serves = true
		close(o.serving)
	}
	o.text = o.text[max(0, len(o.text)-keptOutput):]
	return len(said), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}
