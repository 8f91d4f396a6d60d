package main

import (
	"crypto/rsa"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"luffy/models/alipay"
)

// verifyInput bounds what is read from stdin; no message that can be valid is larger.
const verifyInput = 2 << 20

// verifyJob is one message to judge.
type verifyJob struct {
	kind, keyFile, charset, method string
	verbose                        bool
}

// alipayVerify is the command "luffy alipay verify": it judges one message from stdin by the given
// Alipay public key. The exit code is 0 for valid, exitFailure for invalid, and exitUsage when it could
// not judge.
func alipayVerify(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	job, err := parseVerifyFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return exitUsage // parseVerifyFlags has said why
	}
	refusal, err := job.run(stdin, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "luffy alipay verify:", err)
		return exitUsage
	}
	if refusal != nil {
		return exitFailure
	}
	return 0
}

// run judges the message and prints the verdict. refusal says why the message is invalid; err, why
// there is no verdict.
func (j verifyJob) run(stdin io.Reader, stdout io.Writer) (refusal, err error) {
	key, refusal, err := readAlipayKey(j.keyFile)
	if err != nil {
		return nil, err
	}
	input, err := io.ReadAll(io.LimitReader(stdin, verifyInput))
	if err != nil {
		return nil, fmt.Errorf("reading the message: %w", err)
	}
	if refusal == nil {
		refusal = j.verify(input, key)
	}
	if refusal == nil {
		fmt.Fprintln(stdout, "valid")
	} else {
		fmt.Fprintln(stdout, "invalid:", verdict(refusal))
	}
	if j.verbose && key != nil {
		printDiagnosis(stdout, j.diagnose(input, key))
	}
	return refusal, nil
}

func parseVerifyFlags(args []string, stderr io.Writer) (verifyJob, error) {
	var job verifyJob
	flags := flag.NewFlagSet("luffy alipay verify", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: luffy alipay verify --kind return|notify|response --public-key FILE [options] < message")
		flags.PrintDefaults()
	}
	flags.StringVar(&job.kind, "kind", "",
		"what the message is: `return` (address or query), notify (body) or response (JSON)")
	flags.StringVar(&job.keyFile, "public-key", "", "`file` with the 支付宝公钥 (Alipay public key)")
	flags.StringVar(&job.charset, "charset", "utf-8", "utf-8 or gbk: how to read a message that names no `charset`")
	flags.StringVar(&job.method, "method", "", "`method` whose answer a response has to be, like alipay.trade.query")
	flags.BoolVar(&job.verbose, "v", false, "print the signed text and, when invalid, the likely cause")
	if err := flags.Parse(args); err != nil {
		return verifyJob{}, err
	}
	job.charset = strings.ToLower(job.charset)
	err := errors.Join(
		oneOf("--kind", job.kind, "return", "notify", "response"),
		oneOf("--charset", job.charset, "utf-8", "gbk"),
		require(job.keyFile != "", "--public-key is missing"),
		require(job.method == "" || job.kind == "response", "--method is for --kind response only"),
		require(flags.NArg() == 0, "unexpected argument; the message is read from stdin"),
	)
	if err != nil {
		fmt.Fprintln(stderr, err)
		flags.Usage()
	}
	return job, err
}

func oneOf(name, got string, allowed ...string) error {
	return require(slices.Contains(allowed, got), fmt.Sprintf("%s is %q, want %s", name, got, strings.Join(allowed, ", ")))
}

func require(ok bool, otherwise string) error {
	if ok {
		return nil
	}
	return errors.New(otherwise)
}

// readAlipayKey reads the public key. refusal means that the key is too weak for any message to be
// valid; err, that the file holds no key.
func readAlipayKey(name string) (key *rsa.PublicKey, refusal, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	key, err = alipay.ParsePublicKey(text)
	if errors.Is(err, alipay.ErrWeakKey) {
		return nil, err, nil
	}
	return key, nil, err
}

func (j verifyJob) verify(input []byte, key *rsa.PublicKey) error {
	if j.kind == "response" {
		_, err := alipay.VerifyResponse(input, j.method, key)
		return err
	}
	m, err := alipay.ParseMessage(j.form(input))
	if err != nil {
		return err
	}
	return alipay.VerifyMessage(m, key)
}

func (j verifyJob) diagnose(input []byte, key *rsa.PublicKey) alipay.Diagnosis {
	if j.kind == "response" {
		return alipay.DiagnoseResponse(input, j.method, key)
	}
	return alipay.DiagnoseMessage(j.form(input), j.charset, key)
}

// form returns the message alone: without the newline that the shell adds and, for a return, without
// the address before its query.
func (j verifyJob) form(input []byte) string {
	text := string(input)
	if line, ended := strings.CutSuffix(text, "\n"); ended {
		text = strings.TrimSuffix(line, "\r")
	}
	if j.kind != "return" {
		return text
	}
	address, query, found := strings.Cut(text, "?")
	if found && (address == "" || strings.HasPrefix(address, "/") || strings.Contains(address, "://")) {
		text, _, _ = strings.Cut(query, "#")
	}
	return text
}

// verdict is the refusal in one line that begins with its short reason.
func verdict(refusal error) string {
	if word := alipay.Reason(refusal); word != "" {
		return word + ": " + refusal.Error()
	}
	return refusal.Error()
}

func printDiagnosis(w io.Writer, d alipay.Diagnosis) {
	if d.SignedText != "" {
		fmt.Fprintln(w, "signed text:", strings.Map(printable, d.SignedText))
	}
	for _, cause := range d.Causes {
		fmt.Fprintln(w, "cause:", cause)
	}
}
