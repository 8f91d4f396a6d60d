package views

import (
	"strings"
	"unicode"
)

// StaffMessage is the page GET /staff/messages/:id: a message word by word.
type StaffMessage struct {
	Page
	Message   Message
	NotifyID  string
	Signature Signature
	Fields    []MessageField // sorted by name; none if the message cannot be read
	Raw       string         // the text as it came, or its beginning
	Size      int            // of the whole text, in bytes
}

// title names the page.
func (p StaffMessage) title() string { return "支付宝的消息 " + id(p.Message.ID) }

// rawText shows the text as it came, with a sign for every byte and character that a page cannot show.
func (p StaffMessage) rawText() string { return printable(p.Raw) }

// MessageField is a parameter of a message, decoded.
type MessageField struct{ Name, Value string }

// Signature is what is known of a message's signature.
type Signature struct {
	Valid  bool   // under the keys that are configured now
	Unkept bool   // it was verified when the message came, and not stored
	Reason string // the short word why it is not valid
}

func (s Signature) text() string {
	switch {
	case s.Valid:
		return "有效（按现在的支付宝公钥）"
	case s.Unkept:
		return "收到时核对过，没有保存"
	default:
		return "无效：" + reasonWord(s.Reason)
	}
}

// code is its name in the style sheet.
func (s Signature) code() string {
	switch {
	case s.Valid:
		return "good"
	case s.Unkept:
		return "closed"
	default:
		return "bad"
	}
}

// printable replaces what would not be seen or would change how the rest is read, such as control
// characters and those that turn the direction of the text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' {
			return r
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

func messagePath(message int64) string { return "/staff/messages/" + id(message) }
