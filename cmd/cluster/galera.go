package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"luffy/models/modelstest/mariadbd"
)

// galera is a cluster of three MariaDB servers. It serves as long as two of them are connected.
type galera struct{ nodes []*node }

// startGalera starts the nodes one after another: two that join at once may try to copy from each other.
func startGalera(ctx context.Context, folder string) (*galera, error) {
	programs, err := findGalera()
	if err != nil {
		return nil, err
	}
	g := &galera{}
	for i := range 3 {
		n, err := newNode(programs, filepath.Join(folder, fmt.Sprintf("node%d", i+1)))
		if err != nil {
			return g, err
		}
		g.nodes = append(g.nodes, n)
	}
	if err := g.nodes[0].bootstrap(ctx); err != nil {
		return g, err
	}
	for i, n := range g.nodes[1:] {
		if err := n.join(ctx, g.nodes[:i+1]); err != nil {
			return g, err
		}
	}
	return g, g.createDatabase(ctx)
}

func findGalera() (mariadbd.Programs, error) {
	programs, err := mariadbd.Find(mariadbd.Sbin)
	if err != nil {
		return programs, err
	}
	_, noRsync := exec.LookPath("rsync")
	if _, err := os.Stat(provider); errors.Is(err, fs.ErrNotExist) || noRsync != nil {
		return programs, errNoGalera
	}
	return programs, nil
}

// createDatabase makes the shop's database, on all nodes at once.
func (g *galera) createDatabase(ctx context.Context) error {
	return g.nodes[0].exec(ctx, "CREATE DATABASE luffy CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
}

// address is the LUFFY_DATABASE_URL of the cluster, with the node of that index as the first choice.
func (g *galera) address(first int) string {
	hosts := make([]string, len(g.nodes))
	for i := range g.nodes {
		hosts[i] = g.nodes[(first+i)%len(g.nodes)].sql
	}
	return "mysql://root@" + strings.Join(hosts, ",") + "/luffy"
}

// rejoin starts killed nodes again, all at once: if they were the majority, only all of them together
// are one again.
func (g *galera) rejoin(ctx context.Context, lost ...int) error {
	faults := make([]error, len(lost))
	var joins sync.WaitGroup
	for i, index := range lost {
		peers := slices.Delete(slices.Clone(g.nodes), index, index+1)
		joins.Go(func() { faults[i] = g.nodes[index].join(ctx, peers) })
	}
	joins.Wait()
	return errors.Join(faults...)
}

func (g *galera) kill() {
	for _, n := range g.nodes {
		n.kill()
	}
}
