package mariadbd

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql" // to ask the server whether it is up
)

// Server is a private server with a folder for all its files. It listens on loopback.
type Server struct {
	programs Programs
	folder   string
	port     string // the same at every start
	process  *exec.Cmd
	ended    chan struct{} // closed when the process has ended
}

// NewServer creates the folder with the server's own tables, and starts the server with these further
// options.
func (p Programs) NewServer(options ...string) (*Server, error) {
	folder, err := os.MkdirTemp("", "luffy-mariadb-")
	if err != nil {
		return nil, err
	}
	s := &Server{programs: p, folder: folder}
	if err := p.InstallInto(s.dataFolder()); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	// Another program may take the port between our choosing and the server's opening it.
	for range 3 {
		if s.port, err = freePort(); err != nil {
			break
		}
		if err = s.Start(options...); err == nil {
			return s, nil
		}
	}
	return nil, errors.Join(err, s.Remove())
}

// Address is where root finds the server, as host:port.
func (s *Server) Address() string { return "127.0.0.1:" + s.port }

func (s *Server) dataFolder() string { return filepath.Join(s.folder, "data") }

// Start starts the server on the files that it has, also after Kill, and waits until it answers.
func (s *Server) Start(options ...string) error {
	var log bytes.Buffer
	options = append(s.programs.Options(s.dataFolder()), options...)
	s.process = exec.Command(s.programs.Server, append(options, "--port="+s.port)...)
	s.process.Stdout, s.process.Stderr = &log, &log
	// It gets a process group of its own, so that an interrupt from the keyboard reaches the tests but
	// not their database.
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.process.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.ended = ended
	go func(p *exec.Cmd) {
		defer close(ended)
		_ = p.Wait() // how it ended is in ProcessState
	}(s.process)
	if err := s.waitUntilUp(); err != nil {
		s.Kill()
		return fmt.Errorf("%w; it said:\n%s", err, log.Bytes())
	}
	return nil
}

const startTimeout = 60 * time.Second

func (s *Server) waitUntilUp() error {
	pool, err := sql.Open("mysql", "root@tcp("+s.Address()+")/?timeout=5s")
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
		// Another server may have taken the port, and tests drop databases: the folder proves that it
		// is ours.
		var folder string
		if err := pool.QueryRow("SELECT @@datadir").Scan(&folder); err == nil && filepath.Clean(folder) == s.dataFolder() {
			return nil
		}
	}
}

// Kill ends the server as a power cut does, frozen or not, and returns when it is gone.
func (s *Server) Kill() {
	if s.process != nil && s.process.Process != nil {
		s.process.Process.Kill()
		<-s.ended
	}
}

// Freeze stops the server in the middle of whatever it is doing. What is sent to it waits. The threads
// stop one after the other, and Freeze waits for the last: one that still ran could answer.
func (s *Server) Freeze() error {
	if err := s.process.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		_, err := syscall.Wait4(s.process.Process.Pid, nil, syscall.WUNTRACED, nil)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// Thaw lets a frozen server go on.
func (s *Server) Thaw() error { return s.process.Process.Signal(syscall.SIGCONT) }

// Remove kills the server and deletes its folder.
func (s *Server) Remove() error {
	s.Kill()
	return os.RemoveAll(s.folder)
}

// freePort finds a free port below the range that outgoing connections use, so that none of those takes
// it between Kill and the next Start.
func freePort() (string, error) {
	var err error
	for range 20 {
		port := strconv.Itoa(16_000 + rand.IntN(4_000))
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			return port, l.Close()
		}
	}
	return "", err
}
