package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
)

var errNotInstalled = errors.New("mariadbd is not installed (Debian: apt-get install mariadb-server-core mariadb-client-core)")

// programs are the parts of MariaDB that a private server needs.
type programs struct {
	server, installer string
	account           *user.User // whom the server runs as when root starts it, else nil
}

// sbin is where Debian keeps servers. It is not on the PATH of an ordinary user.
var sbin = "/usr/sbin"

// findPrograms looks on the PATH and in sbin. Errors: errNotInstalled.
func findPrograms() (programs, error) {
	var found programs
	for name, place := range map[string]*string{"mariadbd": &found.server, "mariadb-install-db": &found.installer} {
		path, err := exec.LookPath(name)
		if err != nil {
			path, err = exec.LookPath(filepath.Join(sbin, name))
		}
		if err != nil {
			return programs{}, errNotInstalled
		}
		*place = path
	}
	if os.Geteuid() != 0 {
		return found, nil
	}
	// The server refuses to run as root. The account mysql exists only where the full package is installed.
	account, err := user.Lookup("mysql")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	found.account = account
	return found, err
}

// installInto makes the folder with the server's own tables.
func (p programs) installInto(data string) error {
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	args := []string{
		"--no-defaults", "--datadir=" + data, "--tmpdir=" + data, "--skip-test-db", "--auth-root-authentication-method=normal",
		"--innodb-log-file-size=16M",
		"--force", // also where the machine cannot look up its own name
	}
	if p.account != nil {
		if err := p.giveFolder(data); err != nil {
			return err
		}
		args = append(args, "--user="+p.account.Username)
	}
	if out, err := exec.Command(p.installer, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	return nil
}

// giveFolder lets the server's account work in the folder and pass through the one above it.
func (p programs) giveFolder(data string) error {
	uid, err1 := strconv.Atoi(p.account.Uid)
	gid, err2 := strconv.Atoi(p.account.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return errors.Join(os.Chmod(filepath.Dir(data), 0o711), os.Chown(data, uid, gid))
}

// options are those of a server for tests, or, durable, of one whose commits cost what they cost in a shop.
func (p programs) options(data string, durable bool) []string {
	options := []string{
		"--no-defaults", "--datadir=" + data, "--tmpdir=" + data, "--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin",
		"--socket=mariadbd.sock", // below the data folder: a full path can be longer than a socket's may be
		"--pid-file=mariadbd.pid", "--secure-file-priv=" + data,
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
		"--max-connections=500", "--lock-wait-timeout=60",
	}
	if p.account != nil {
		options = append(options, "--user="+p.account.Username)
	}
	if durable {
		// The log has the server's default length: in a short one commits wait for checkpoints every few seconds.
		return append(options, "--innodb-flush-log-at-trx-commit=1", "--innodb-log-file-size=96M", "--innodb-buffer-pool-size=1G")
	}
	return append(options, "--innodb-log-file-size=16M", "--innodb-buffer-pool-size=256M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0",
		"--sync-frm=0", "--loose-innodb-flush-method=nosync")
}
