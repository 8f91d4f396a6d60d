package main

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql" // to ask the server whether it is up

	"luffy/models/modelstest/mariadbd"
)

// server is a running mariadbd with the folder that holds all it has.
type server struct {
	address string // mysql://root@127.0.0.1:PORT
	folder  string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// sbin is where servers are looked for beside the PATH.
var sbin = mariadbd.Sbin

// start gives a server that answers. Errors: mariadbd.ErrNotInstalled.
func start(flushing []string) (*server, error) {
	found, err := mariadbd.Find(sbin)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "luffy-mariadb-")
	if err != nil {
		return nil, err
	}
	s := &server{folder: folder}
	if err := found.InstallInto(s.dataFolder()); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	// Between choosing a free port and taking it another program may come first.
	for range 3 {
		if err = s.launch(found, flushing); err == nil {
			return s, nil
		}
	}
	return nil, errors.Join(err, s.stop())
}

func (s *server) dataFolder() string { return filepath.Join(s.folder, "data") }

// launch starts mariadbd on a free port and waits until it answers.
func (s *server) launch(found mariadbd.Programs, flushing []string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	var log bytes.Buffer
	options := append(found.Options(s.dataFolder()), flushing...)
	s.process = exec.Command(found.Server, append(options, "--port="+port)...)
	s.process.Stdout, s.process.Stderr = &log, &log
	// In a process group of its own an interrupt from the keyboard reaches the tests but not the database under them.
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.process.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		_ = s.process.Wait() // how it ended is in ProcessState
	}()
	if err := s.waitUntilUp(port); err != nil {
		s.kill()
		return fmt.Errorf("%w; it said:\n%s", err, log.Bytes())
	}
	s.address = "mysql://root@127.0.0.1:" + port
	return nil
}

const startTimeout = 60 * time.Second

func (s *server) waitUntilUp(port string) error {
	pool, err := sql.Open("mysql", "root@tcp(127.0.0.1:"+port+")/?timeout=5s")
	if err != nil {
		return err
	}
	defer pool.Close()
	deadline := time.After(startTimeout)
	for {
		select {
		case <-s.ended:
			return fmt.Errorf("mariadbd ended: %v", s.process.ProcessState)
		case <-deadline:
			return errors.New("mariadbd does not answer")
		case <-time.After(20 * time.Millisecond):
		}
		// The folder tells this server from one that has taken the port: tests drop databases.
		var folder string
		if err := pool.QueryRow("SELECT @@datadir").Scan(&folder); err == nil && filepath.Clean(folder) == s.dataFolder() {
			return nil
		}
	}
}

// stop ends the server without ceremony, because nothing of its data is kept.
func (s *server) stop() error {
	if s.process != nil {
		s.kill()
	}
	return os.RemoveAll(s.folder)
}

func (s *server) kill() {
	if s.process.Process != nil {
		s.process.Process.Kill()
		<-s.ended
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
