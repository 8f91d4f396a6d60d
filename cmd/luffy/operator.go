package main

import (
	"os"
	"os/user"
)

// operator names who runs the command, as user@machine: no account of the shop has an @ in its name,
// so nobody takes the user anna of a server for the shopkeeper anna. The models cut it to its column.
func operator() string {
	name, machine := "operator", "command"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		machine = host
	}
	return name + "@" + machine
}
