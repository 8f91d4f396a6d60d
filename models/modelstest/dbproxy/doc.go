// Package dbproxy stands between a program and its MariaDB server and misbehaves at a chosen statement: it cuts the connection before the
// server has seen the statement or after it has executed it, refuses the statement with an error of the server's, or freezes.
//
// It knows as much of the protocol as that takes: packets, COM_QUERY and the error answer. A program whose driver prepares statements at
// the server passes through without being understood, and so does TLS.
package dbproxy
