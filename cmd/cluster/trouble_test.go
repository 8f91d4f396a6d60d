package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// troubles are what befalls a shop on Galera. The first replica prefers the first node, the second the second.
var troubles = []struct {
	name   string
	befall func(*shop, *galera, *load)
}{
	{"each node dies and comes back", (*shop).loseNodes},
	{"each node is cut off from the others", (*shop).cutNodesOff},
	{"no two nodes hear of each other", (*shop).cutAllOff},
	{"two nodes die at once", (*shop).loseMajority},
	{"a node hangs", (*shop).hangNode},
	{"a backup is taken and restored", (*shop).backUp},
	{"a replica dies, and a new version comes", (*shop).renew},
}

func (s *shop) loseNodes(g *galera, l *load) {
	for i := range g.nodes {
		g.nodes[i].kill()
		l.more(2 * shoppers)
		must(s.t, g.rejoin(s.t.Context(), i))
		l.more(shoppers)
	}
}

// cutNodesOff parts a node from the two others, which go on as the cluster. The one takes
// connections and answers nothing, until it hears of the others again and takes from them what it
// has missed.
func (s *shop) cutNodesOff(g *galera, l *load) {
	for _, n := range g.nodes {
		s.isolate(n, true)
		s.until(n.name+" is out", func() bool { return s.refuses(n) })
		s.waitReady()
		l.more(2 * shoppers)
		if !s.refuses(n) {
			s.t.Errorf("%s was back while it was cut off", n.name)
		}
		s.isolate(n, false)
		s.waitWhole(g)
		l.more(shoppers)
	}
}

// cutAllOff leaves no majority anywhere.
func (s *shop) cutAllOff(g *galera, l *load) {
	buyer := s.logIn("twin0")
	s.isolate(g.nodes[0], true)
	s.isolate(g.nodes[1], true)
	for _, n := range g.nodes {
		s.until(n.name+" is out", func() bool { return s.refuses(n) })
	}
	s.wantClosed(buyer)
	s.isolate(g.nodes[0], false)
	s.isolate(g.nodes[1], false)
	s.waitReady()
	l.more(2 * shoppers)
	s.waitWhole(g)
}

// loseMajority leaves one node, which cannot know whether the others go on without it. Who pays
// meanwhile gets the courses afterwards.
func (s *shop) loseMajority(g *galera, l *load) {
	buyer := s.logIn("twin0")
	link, err := buyer.order(s.t.Context(), l.courses[0])
	must(s.t, err)
	number, err := orderNumberIn(link)
	must(s.t, err)

	survivor, lost := g.nodes[0], []int{1, 2}
	for _, i := range lost {
		g.nodes[i].kill()
	}
	s.until(survivor.name+" is out", func() bool { return s.refuses(survivor) })
	s.wantClosed(buyer)
	must(s.t, s.alipay.Pay(link, ""))
	s.until("the notify", func() bool { return len(s.alipay.Deliveries(number)) > 0 })
	if told := s.alipay.Deliveries(number)[0]; told.Accepted || string(told.Response) != "fail" {
		s.t.Errorf("the notify was answered %d %q, want fail", told.Status, told.Response)
	}
	s.wantUntouched(survivor, number)

	must(s.t, g.rejoin(s.t.Context(), lost...))
	s.waitReady()
	l.more(2 * shoppers)
	s.waitWhole(g)
}

// hangNode stops the node that the first replica uses, with its connections open. To the others it is gone.
func (s *shop) hangNode(g *galera, l *load) {
	s.signal(g.nodes[0], syscall.SIGSTOP)
	l.more(2 * shoppers)
	s.waitReady()
	s.signal(g.nodes[0], syscall.SIGCONT)
	s.waitWhole(g)
	l.more(shoppers)
}

// backUp takes one from the node that no replica prefers, which the others do not wait for
// meanwhile, and opens it as a shop of its own.
func (s *shop) backUp(g *galera, l *load) {
	n := g.nodes[2]
	file := filepath.Join(s.t.TempDir(), "luffy.sql")
	host, port, _ := strings.Cut(n.sql, ":")
	server := []string{"--no-defaults", "--host=" + host, "--port=" + port, "--user=root"}

	must(s.t, n.exec(s.t.Context(), "SET GLOBAL wsrep_desync = ON"))
	l.more(shoppers)
	options := append(server, "--single-transaction", "--result-file="+file, "luffy")
	out, err := exec.Command("mariadb-dump", options...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("mariadb-dump: %v\n%s", err, out)
	}
	l.more(shoppers)
	must(s.t, n.exec(s.t.Context(), "SET GLOBAL wsrep_desync = OFF"))
	s.waitWhole(g)

	must(s.t, n.exec(s.t.Context(), "CREATE DATABASE restored CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"))
	restore := exec.Command("mariadb", append(server, "restored")...)
	restore.Stdin, err = os.Open(file)
	must(s.t, err)
	if out, err := restore.CombinedOutput(); err != nil {
		s.t.Fatalf("mariadb: %v\n%s", err, out)
	}
	must(s.t, s.tool(s.t.Context(), "mysql://root@"+n.sql+"/restored", s.now, "audit"))
	must(s.t, n.exec(s.t.Context(), "DROP DATABASE restored"))
}

func (s *shop) renew(_ *galera, l *load) {
	s.replicas[0].kill()
	l.more(shoppers)
	s.start(s.replicas[0], s.now)
	s.roll(l)
}
