// Package rules holds the tests of the house rules that need more than one file to see: which
// package may import which, what money is made of, what lies at the top. It has no code of its own.
package rules
