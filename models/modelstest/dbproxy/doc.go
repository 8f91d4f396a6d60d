// Package dbproxy stands between a program and its MariaDB server and misbehaves at a chosen
// statement: it cuts the connection before the server has seen the statement or after it has
// executed it, refuses the statement with an error of the server's, or freezes.
//
// It understands only as much of the protocol as that takes: packets, statements that are sent as text
// or prepared, and errors. It cannot look into TLS connections, which pass unchanged.
package dbproxy
