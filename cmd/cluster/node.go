package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql" // to ask a node for its state

	"luffy/models/modelstest/mariadbd"
)

// provider is where Debian's package galera-4 puts the library that replicates.
const provider = "/usr/lib/galera/libgalera_smm.so"

// errNoGalera reports a machine that lacks what a cluster needs besides MariaDB.
var errNoGalera = errors.New("library of Galera, or rsync, is not installed " +
	"(Debian: apt-get install galera-4 rsync mariadb-server-core mariadb-client)")

// node is one MariaDB server of a Galera cluster, all of whose servers listen on loopback.
type node struct {
	name     string
	programs mariadbd.Programs
	folder   string // holds the data and the log
	sql      string // host:port of MariaDB's protocol
	group    string // host:port of the replication
	ist, sst string // host:port where it receives a part of the data, or all of it, from another node

	process *exec.Cmd
	ended   chan struct{}
}

// newNode creates the folder of a node and chooses its ports. It does not start the node.
func newNode(programs mariadbd.Programs, folder string) (*node, error) {
	n := &node{name: filepath.Base(folder), programs: programs, folder: folder}
	for _, address := range []*string{&n.sql, &n.group, &n.ist, &n.sst} {
		var err error
		if *address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	return n, os.Mkdir(folder, 0o755) // the server's account must pass through
}

// freeAddress is one on loopback that nobody listens on at the moment.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (n *node) data() string { return filepath.Join(n.folder, "data") }

// bootstrap starts the first node of a new cluster.
func (n *node) bootstrap(ctx context.Context) error {
	if err := n.programs.InstallInto(n.data()); err != nil {
		return err
	}
	return n.start(ctx, "--wsrep-new-cluster", "--wsrep-cluster-address=gcomm://")
}

// join starts a node that takes what it lacks from a peer. It also brings back one that died.
func (n *node) join(ctx context.Context, peers []*node) error {
	if _, err := os.Stat(n.data()); errors.Is(err, os.ErrNotExist) {
		if err := n.programs.MakeFolder(n.data()); err != nil {
			return err
		}
	}
	groups := make([]string, len(peers))
	for i, peer := range peers {
		groups[i] = peer.group
	}
	return n.start(ctx, "--wsrep-cluster-address=gcomm://"+strings.Join(groups, ","))
}

// start starts the server and waits until it is in step with the cluster.
func (n *node) start(ctx context.Context, options ...string) error {
	log, err := os.OpenFile(n.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has a handle of its own
	_, port, err := net.SplitHostPort(n.sql)
	if err != nil {
		return err
	}
	options = append(append(n.programs.Options(n.data()), mariadbd.Hasty()...), append(options,
		"--port="+port, "--wsrep-on=1", "--wsrep-provider="+provider,
		"--wsrep-cluster-name=luffy", "--wsrep-node-name="+n.name, "--wsrep-node-address="+n.group,
		"--wsrep-sst-method=rsync", "--wsrep-sst-receive-address="+n.sst,
		"--wsrep-provider-options=gmcast.listen_addr=tcp://"+n.group+";ist.recv_addr="+n.ist+";gcache.size=32M",
		"--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
	)...)
	n.process = exec.CommandContext(context.WithoutCancel(ctx), n.programs.Server, options...) // it ends by kill
	n.process.Stdout, n.process.Stderr = log, log
	n.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is for the program alone
	if err := n.process.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	n.ended = ended
	go func(p *exec.Cmd) {
		defer close(ended)
		_ = p.Wait() // how it ended is in ProcessState
	}(n.process)
	return n.waitSynced(ctx)
}

func (n *node) logFile() string { return filepath.Join(n.folder, "log") }

const joinTimeout = 2 * time.Minute

func (n *node) waitSynced(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	for {
		state, err := n.status(ctx, "wsrep_local_state_comment")
		if err == nil && state == "Synced" {
			return nil
		}
		select {
		case <-n.ended:
			return fmt.Errorf("%s ended: %v; see %s", n.name, n.process.ProcessState, n.logFile())
		case <-ctx.Done():
			why := errors.Join(err, ctx.Err())
			return fmt.Errorf("%s does not get in step (%q, %w); see %s", n.name, state, why, n.logFile())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// status is what the node reports about itself, like Synced or Donor/Desynced for
// wsrep_local_state_comment.
func (n *node) status(ctx context.Context, variable string) (string, error) {
	pool, err := n.open()
	if err != nil {
		return "", err
	}
	defer pool.Close()
	var name, value string
	err = pool.QueryRowContext(ctx, "SHOW STATUS LIKE '"+variable+"'").Scan(&name, &value)
	return value, err
}

func (n *node) exec(ctx context.Context, statement string) error {
	pool, err := n.open()
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.ExecContext(ctx, statement)
	return err
}

func (n *node) open() (*sql.DB, error) {
	return sql.Open("mysql", "root@tcp("+n.sql+")/?timeout=2s&readTimeout=10s")
}

// kill ends the node as a power cut does.
func (n *node) kill() {
	if n.process == nil || n.process.Process == nil {
		return
	}
	// Kill the whole process group: transfers to and from other nodes run in scripts of their own.
	_ = syscall.Kill(-n.process.Process.Pid, syscall.SIGKILL) // it may have ended by itself
	<-n.ended
}
