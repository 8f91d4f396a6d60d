package models

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

func (o Options) mysqlConnector() (driver.Connector, error) {
	configs, err := mysqlConfigs(o.URL)
	if err != nil {
		return nil, err
	}
	connectors := make([]driver.Connector, len(configs))
	for i, config := range configs {
		config.Logger, config.ReadTimeout = driverLog{o.Log}, cmp.Or(o.Patience, time.Minute)
		connector, err := mysqldriver.NewConnector(config)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDatabaseURL, err)
		}
		connectors[i] = mysqlSession{connector}
	}
	return newNodes(connectors), nil
}

// mysqlConfigs returns the driver's settings for each host of the address.
func mysqlConfigs(address string) ([]*mysqldriver.Config, error) {
	authority, path, _ := strings.Cut(strings.TrimPrefix(address, "mysql://"), "/")
	at := strings.LastIndex(authority, "@") + 1
	var configs []*mysqldriver.Config
	for host := range strings.SplitSeq(authority[at:], ",") {
		u, err := url.Parse("mysql://" + authority[:at] + host + "/" + path)
		if err != nil || u.Hostname() == "" || u.User == nil || len(u.Path) < 2 || u.Fragment != "" || strings.ContainsAny(u.Path[1:], "/@:") {
			return nil, ErrDatabaseURL // never the parse error: it repeats the password
		}
		config := mysqlConfig(u)
		if config.TLS, err = mysqlTLS(u.RawQuery); err != nil {
			return nil, err
		}
		configs = append(configs, config)
	}
	return configs, nil
}

func mysqlConfig(u *url.URL) *mysqldriver.Config {
	config := mysqldriver.NewConfig()
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.Net = "tcp"
	config.Addr = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "3306"))
	config.DBName = u.Path[1:]
	config.ParseTime = true
	config.Loc = time.UTC
	config.InterpolateParams = true
	config.Collation = "utf8mb4_general_ci"
	config.Timeout = 5 * time.Second
	config.WriteTimeout = 60 * time.Second
	config.Params = map[string]string{
		"time_zone": "'+00:00'",
		// In seconds. The default of 50 is longer than a page or Alipay waits, and the shop holds no
		// row for long.
		"innodb_lock_wait_timeout": "5",
		// The server's owner may have changed these defaults. With others, changes would not be
		// committed or would be refused, and queries would return only their first rows.
		"autocommit":       "1",
		"sql_safe_updates": "0",
		"sql_select_limit": "18446744073709551615",
		"sql_mode": "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE," +
			"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	}
	return config
}

// errTLS does not quote the address: with an unescaped ? in the password, that would show a part of it.
var errTLS = fmt.Errorf("%w: behind the name only ?tls=true may stand, for a certificate of a CA that this machine "+
	"trusts, or ?tls-ca=FILE, for one of a CA in that file; a server always has to prove who it is", ErrDatabaseURL)

// mysqlTLS reads the parameters behind the name of the database; nil means no encryption. The driver
// adds the host that the certificate must name.
func mysqlTLS(query string) (*tls.Config, error) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, errTLS
	}
	for name, values := range given {
		known := name == "tls" && values[0] == "true" || name == "tls-ca" && values[0] != ""
		if !known || len(values) > 1 {
			return nil, errTLS
		}
	}
	if len(given) == 0 {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if file := given.Get("tls-ca"); file != "" {
		config.RootCAs, err = authorities(file)
	}
	return config, err
}

// authorities reads the CA certificates of a PEM file. No others are trusted.
func authorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("tls-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("tls-ca: %s holds no certificate in PEM", file)
	}
	return pool, nil
}
