// Package dbproxy stands between a program and its MariaDB server and misbehaves at a chosen
// statement: it cuts the connection before the server has seen the statement or after it has
// executed it, refuses the statement with an error of the server's, or freezes.
//
// It knows as much of the protocol as that takes: packets, statements sent as texts or prepared,
// and the error answer. TLS passes through without being understood.
package dbproxy
