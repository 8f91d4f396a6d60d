// Package oracle compares the shop's Alipay client and its simulator with two clients that others
// wrote: github.com/smartwalle/alipay and the official SDK for Node. Both use the simulator and verify
// what the shop's client sends. `make oracles` runs it.
package oracle
