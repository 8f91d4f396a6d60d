package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// replica is one process of `luffy serve`. When it is started again it keeps its address and settings.
type replica struct {
	name    string
	address string   // host:port
	environ []string // all of its settings
	logFile string

	process *exec.Cmd
	ended   chan error
}

// newReplica adds a replica on that database to the shop. It does not start it.
func (s *site) newReplica(database string) (*replica, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("replica%d", len(s.replicas)+1)
	r := &replica{
		name: name, address: address, logFile: filepath.Join(s.folder, name+".log"),
		environ: append(s.settings(database), "LUFFY_ADDR="+address),
	}
	s.replicas = append(s.replicas, r)
	s.balancer.add(address)
	return r, nil
}

const readyTimeout = 30 * time.Second

// start starts the program as this replica and waits until it is ready to serve.
func (r *replica) start(ctx context.Context, program string) error {
	log, err := os.OpenFile(r.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()                                            // the replica has a handle of its own
	r.process = exec.CommandContext(context.WithoutCancel(ctx), program, "serve") // it ends by stop or kill
	r.process.Env, r.process.Stdout, r.process.Stderr = r.environ, log, log
	r.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.process.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	r.ended = ended
	go func(p *exec.Cmd) { ended <- p.Wait() }(r.process)
	return r.waitReady(ctx)
}

func (r *replica) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for !ready(ctx, r.address) {
		select {
		case err := <-r.ended:
			r.ended <- err
			return fmt.Errorf("%s ended: %w; see %s", r.name, err, r.logFile)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w; see %s", r.name, ctx.Err(), r.logFile)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

var readyClient = http.Client{Timeout: 2 * time.Second}

// ready asks a replica whether it can serve.
func ready(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := readyClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// stop ends the replica by SIGTERM, as a service manager does. The error says that it did not end
// properly.
func (r *replica) stop() error {
	if r.process == nil {
		return nil
	}
	if err := r.process.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	err := <-r.ended
	r.process = nil
	return err
}

// kill ends the replica as a power cut does.
func (r *replica) kill() {
	if r.process == nil {
		return
	}
	_ = r.process.Process.Kill() // it may have ended by itself
	<-r.ended                    //nolint:errcheck // the error only says that it was killed
	r.process = nil
}
