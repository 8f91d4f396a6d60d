package alipay

import (
	"bytes"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// guess is one thing that goes wrong with the text of a message, with the texts that would have
// been signed if it did.
type guess struct {
	cause      string
	candidates func(Message) []candidate
}

type candidate struct {
	text  []byte
	where string // completes the cause
}

// guesses are tried in this order, so that the plain causes come before those that could explain
// almost anything.
var guesses = []guess{
	{"sign_type was left in the signed text", signTypeLeftIn},
	{"the text was signed without its empty values", emptyDropped},
	{"charset was rewritten; it verifies with ", charsetRespelled},
	{"a space became a plus sign in ", valuesChanged(strings.NewReplacer("+", " ").Replace)},
	{"a plus sign became a space, + was lost in ", valuesChanged(strings.NewReplacer(" ", "+").Replace)},
	{"encoded twice, so one more decoding was needed: ", valuesChanged(decodeOnce)},
	{"decoded once too often: ", valuesChanged(url.QueryEscape)},
	{"white space was added around ", valuesChanged(strings.TrimSpace)},
	{"a trailing space was trimmed off ", valuesChanged(func(v string) string { return v + " " })},
	{"quotes or other characters became HTML entities in ", valuesChanged(html.UnescapeString)},
	{"the JSON was parsed and written again in ", valuesChanged(func(v string) string {
		return string(compactJSON([]byte(v)))
	})},
	{"the sum was written in another form in ", valuesChanged(canonicalAmount)},
	{"converted from GBK to UTF-8: ", valuesChanged(toGBK)},
	{"converted from UTF-8 to GBK: ", valuesChanged(fromGBK)},
	{"not signed by Alipay, but added to the message: ", oneDropped},
}

func signTypeLeftIn(m Message) []candidate {
	return []candidate{{text: textOf(m, func(p pair) bool { return p.name != "sign" })}}
}

func emptyDropped(m Message) []candidate {
	return []candidate{{text: textOf(m, func(p pair) bool { return signed(p) && p.value != "" })}}
}

func oneDropped(m Message) []candidate {
	var all []candidate
	for _, p := range m.pairs {
		all = append(all, candidate{textOf(m, func(q pair) bool { return signed(q) && q.name != p.name }), p.name})
	}
	return all
}

func charsetRespelled(m Message) []candidate {
	var all []candidate
	for _, charset := range []string{"utf-8", "UTF-8", "utf8", "UTF8", "gbk", "GBK", "gb2312", "GB2312"} {
		text := changedText(m, func(name, value string) string {
			if name == "charset" {
				return charset
			}
			return value
		})
		all = append(all, candidate{text, charset})
	}
	return all
}

// valuesChanged applies change to each value alone and then to all, since some may hold by right
// what change undoes.
func valuesChanged(change func(value string) string) func(Message) []candidate {
	return func(m Message) []candidate {
		var all []candidate
		var names []string
		for _, p := range m.pairs {
			if !signed(p) || change(p.value) == p.value {
				continue
			}
			names = append(names, p.name)
			text := changedText(m, func(name, value string) string {
				if name == p.name {
					return change(value)
				}
				return value
			})
			all = append(all, candidate{text, p.name})
		}
		text := changedText(m, func(_, value string) string { return change(value) })
		return append(all, candidate{text, strings.Join(names, ", ")})
	}
}

func changedText(m Message, change func(name, value string) string) []byte {
	changed := Message{slices.Clone(m.pairs)}
	for i, p := range changed.pairs {
		changed.pairs[i].value = change(p.name, p.value)
	}
	return changed.signedBytes()
}

func textOf(m Message, keep func(pair) bool) []byte {
	var text []byte
	for _, p := range m.pairs {
		if keep(p) {
			text = appendPair(text, p)
		}
	}
	return text
}

func decodeOnce(value string) string {
	decoded, err := url.QueryUnescape(value)
	if err != nil {
		return value
	}
	return decoded
}

// canonicalAmount returns a sum with the two decimals that Alipay writes.
func canonicalAmount(value string) string {
	yuan, cents, _ := strings.Cut(value, ".")
	for len(cents) > 2 && cents[len(cents)-1] == '0' {
		cents = cents[:len(cents)-1]
	}
	fen, err := ParseAmount(yuan + "." + (cents + "00")[:max(2, len(cents))])
	if err != nil {
		return value
	}
	return FormatAmount(fen)
}

func toGBK(value string) string {
	encoded, err := simplifiedchinese.GBK.NewEncoder().String(value)
	if err != nil {
		return value
	}
	return encoded
}

// compactJSON returns text without white space between its tokens, or text itself when it is no JSON.
func compactJSON(text []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return text
	}
	return b.Bytes()
}
