package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"luffy/models/modelstest"
	"luffy/models/modelstest/mariadbd"
)

// The test binary plays the program itself when this variable is set; to one of the two machines below.
const machine = "LUFFY_TEST_RUNNER_ON"

const (
	here           = "this machine"
	withoutMariaDB = "a machine without MariaDB"
)

func TestMain(m *testing.M) {
	switch os.Getenv(machine) {
	case withoutMariaDB:
		sbin = "nowhere"
		main()
	case here:
		main()
	default:
		os.Exit(m.Run())
	}
}

// runner is the program with its temporary files in a folder of the test.
func runner(t *testing.T, args ...string) (cmd *exec.Cmd, temp string) {
	t.Helper()
	//nolint:usetesting // t.TempDir is closed to the account of a server that root starts
	temp, err := os.MkdirTemp("", "runner-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	if err := os.Chmod(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), machine+"="+here, "TMPDIR="+temp, "CI=", modelstest.MariaDBVariable+"=")
	return cmd, temp
}

func wantNothingLeft(t *testing.T, temp string) {
	t.Helper()
	if left, err := filepath.Glob(temp + "/*"); err != nil || len(left) > 0 {
		t.Errorf("got %q, %v left behind, want nothing", left, err)
	}
}

func TestServerLivesAsLongAsTheCommand(t *testing.T) {
	needMariaDB(t)
	for _, flags := range [][]string{{}, {"--durable"}} {
		cmd, temp := runner(t, append(flags, "--", "sh", "-c", "echo $"+modelstest.MariaDBVariable+"; exit 7")...)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != 7 {
			t.Errorf("%v: got %v, want the command's exit code 7\n%s", flags, err, errs.String())
		}
		if address := string(out); !strings.HasPrefix(address, "mysql://root@127.0.0.1:") {
			t.Errorf("%v: got address %q, want one on loopback", flags, address)
		}
		wantNothingLeft(t, temp)
	}
}

func TestSignalReachesTheCommand(t *testing.T) {
	needMariaDB(t)
	cmd, temp := runner(t, "--", "sh", "-c", "trap 'echo stopped; exit 0' TERM; echo ready; while :; do sleep 0.01; done")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timeout := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timeout.Stop()
	said := make([]byte, len("ready\n"))
	if _, err := out.Read(said); err != nil || string(said) != "ready\n" {
		t.Fatalf("got %q, %v; want ready", said, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	said = make([]byte, len("stopped\n"))
	if _, err := out.Read(said); err != nil || string(said) != "stopped\n" {
		t.Errorf("got %q, %v; want the command's last word", said, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v, want the command's success", err)
	}
	wantNothingLeft(t, temp)
}

func TestWithoutMariaDB(t *testing.T) {
	for name, c := range map[string]struct {
		ci   string
		out  string
		fail bool
	}{
		"at a desk": {"", "ran\n", false},
		"in CI":     {"true", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			cmd, _ := runner(t, "--", "/bin/echo", "ran")
			var errs strings.Builder
			cmd.Env, cmd.Stderr = append(cmd.Env, machine+"="+withoutMariaDB, "PATH=/nowhere", "CI="+c.ci), &errs
			out, err := cmd.Output()
			if string(out) != c.out || (err != nil) != c.fail {
				t.Errorf("got %q, %v; want %q and failure %t", out, err, c.out, c.fail)
			}
			if !strings.Contains(errs.String(), "mariadbd is not installed") {
				t.Errorf("got %q, want what is missing", errs.String())
			}
		})
	}
}

func needMariaDB(t *testing.T) {
	t.Helper()
	if _, err := mariadbd.Find(sbin); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED:", err)
	}
}
