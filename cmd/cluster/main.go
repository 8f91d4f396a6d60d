// Command cluster is a shop on several machines, to try out: two replicas of `luffy serve` behind a
// balancer, on a Galera cluster of three MariaDB nodes, with a simulated Alipay. Everything listens on
// loopback and ends with the program.
//
// `make cluster` builds bin/luffy and starts it. Kill any of the processes that it prints, and watch the
// shop go on; `make cluster-test` does that by itself. README.md in this folder says how to run such a
// shop.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, "bin/luffy", "cmd/demo/catalogue.json")
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// run starts all of it and waits until ctx ends. If something fails, the folder is kept, because it
// holds the logs.
func run(ctx context.Context, program, catalogue string) (err error) {
	folder, err := os.MkdirTemp("", "luffy-cluster-")
	if err != nil {
		return err
	}
	if err := os.Chmod(folder, 0o755); err != nil { // the servers' account must pass through
		return err
	}
	defer func() {
		if err == nil {
			err = os.RemoveAll(folder)
		}
	}()
	fmt.Println("starting three database nodes, one after the other; data and logs are in", folder)
	g, err := startGalera(ctx, folder)
	if g != nil {
		defer g.kill()
	}
	if err != nil {
		return err
	}
	s, err := openSite(ctx, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.openShop(ctx, g, program, catalogue); err != nil {
		return err
	}
	s.print(g)
	<-ctx.Done()
	return nil
}

// openShop fills the database and starts two replicas, each of which prefers a node of its own.
func (s *site) openShop(ctx context.Context, g *galera, program, catalogue string) error {
	for _, args := range [][]string{
		{"migrate", "up"},
		{"course", "import", catalogue},
		{"user", "add", "demo", "--points", "1000"},
	} {
		if err := s.tool(ctx, g.address(0), program, args...); err != nil {
			return err
		}
	}
	for i := range 2 {
		r, err := s.newReplica(g.address(i))
		if err != nil {
			return err
		}
		if err := r.start(ctx, program); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) print(g *galera) {
	fmt.Printf("\n  shop       %s    login demo, password %s\n  simulator  %s/admin\n", s.url, password, s.alipayURL)
	for _, r := range s.replicas {
		fmt.Printf("  %s   http://%s    process %d\n", r.name, r.address, r.process.Process.Pid)
	}
	for _, n := range g.nodes {
		fmt.Printf("  %s      mysql://root@%s/luffy    process %d\n", n.name, n.sql, n.process.Process.Pid)
	}
	fmt.Println("\nCtrl-C ends it all.")
}
