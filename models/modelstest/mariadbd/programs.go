// Package mariadbd finds the programs of MariaDB on this machine and runs private servers of them,
// which can be killed and frozen.
package mariadbd

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
)

// ErrNotInstalled reports a machine without MariaDB.
var ErrNotInstalled = errors.New("mariadbd is not installed " +
	"(Debian: apt-get install mariadb-server-core mariadb-client-core)")

// Programs are the parts of MariaDB that a private server needs.
type Programs struct {
	Server    string // the path of mariadbd
	installer string
	account   *user.User // the account that the server runs under if root starts it, else nil
}

// Sbin is where Debian keeps servers. It is not on the PATH of an ordinary user.
const Sbin = "/usr/sbin"

// Find looks on the PATH and in the folder sbin. Errors: ErrNotInstalled.
func Find(sbin string) (Programs, error) {
	var found Programs
	for name, place := range map[string]*string{"mariadbd": &found.Server, "mariadb-install-db": &found.installer} {
		path, err := exec.LookPath(name)
		if err != nil {
			path, err = exec.LookPath(filepath.Join(sbin, name))
		}
		if err != nil {
			return Programs{}, ErrNotInstalled
		}
		*place = path
	}
	if os.Geteuid() != 0 {
		return found, nil
	}
	// The server refuses to run as root. The account mysql exists only where the full package is
	// installed.
	account, err := user.Lookup("mysql")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	found.account = account
	return found, err
}

// InstallInto creates the folder with the server's own tables. Its parent must exist, and is made
// accessible to the server's account.
func (p Programs) InstallInto(data string) error {
	if err := p.MakeFolder(data); err != nil {
		return err
	}
	args := []string{
		"--no-defaults", "--datadir=" + data, "--tmpdir=" + data, "--skip-test-db",
		"--auth-root-authentication-method=normal", "--innodb-log-file-size=16M",
		"--force", // also where the machine cannot look up its own name
	}
	if p.account != nil {
		args = append(args, "--user="+p.account.Username)
	}
	if out, err := exec.Command(p.installer, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	return nil
}

// MakeFolder creates a folder in which the server's account can write, and makes its parent accessible
// to that account.
func (p Programs) MakeFolder(data string) error {
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	if p.account == nil {
		return nil
	}
	uid, err1 := strconv.Atoi(p.account.Uid)
	gid, err2 := strconv.Atoi(p.account.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return errors.Join(os.Chmod(filepath.Dir(data), 0o711), os.Chown(data, uid, gid))
}

// Options are the options of every private server. The caller adds how it flushes and where it listens.
func (p Programs) Options(data string) []string {
	options := []string{
		"--no-defaults", "--datadir=" + data, "--tmpdir=" + data,
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin",
		"--socket=mariadbd.sock", // below the data folder: a full path can be longer than a socket's may be
		"--pid-file=mariadbd.pid", "--secure-file-priv=" + data,
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
		"--max-connections=500", "--lock-wait-timeout=60",
	}
	if p.account != nil {
		options = append(options, "--user="+p.account.Username)
	}
	return options
}

// Durable are options with which every commit is flushed to disk, as on a real shop's server.
func Durable() []string {
	// The log has the server's default length: in a short one commits wait for checkpoints every
	// few seconds.
	return []string{"--innodb-flush-log-at-trx-commit=1", "--innodb-log-file-size=96M", "--innodb-buffer-pool-size=1G"}
}

// Hasty are options with which commits do not wait for the disk: the data of tests need not survive.
func Hasty() []string {
	return []string{
		"--innodb-log-file-size=16M", "--innodb-buffer-pool-size=256M", "--innodb-flush-log-at-trx-commit=0",
		"--innodb-doublewrite=0", "--sync-frm=0", "--loose-innodb-flush-method=nosync",
	}
}
