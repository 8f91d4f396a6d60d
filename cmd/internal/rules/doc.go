// Package rules holds tests of house rules that linters cannot check: which package may import which,
// that no float touches money, which files are at the top. It has no code of its own.
package rules
