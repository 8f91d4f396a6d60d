package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxRequest bounds a request to the gateway; biz_content has no limit of its own.
const maxRequest = 1 << 20

// request is one call of the gateway, with its parameters read in the sender's charset.
type request struct {
	params map[string]string // decoded once, as text
	signed map[string]string // the same as the bytes over which the signature must stand
	gbk    bool              // the sender speaks GBK and is answered in GBK
	base   string            // address of this server as the sender knows it
	blind  bool              // a fault hides every trade from this call
}

func (q *request) get(name string) string { return q.params[name] }

// biz reads biz_content into a struct of strings. A sum written as a JSON number is refused here:
// numbers are how floats get into amounts.
func (q *request) biz(into any) error {
	content := q.get("biz_content")
	if content == "" {
		return missing("biz-content", "biz_content")
	}
	if !strings.HasPrefix(strings.TrimSpace(content), "{") || !json.Valid([]byte(content)) {
		return badParameter("biz_content 不是一个 JSON 对象")
	}
	if err := json.Unmarshal([]byte(content), into); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return badParameter(fmt.Sprintf("%s 的类型不对，收到 JSON %s", wrong.Field, wrong.Value))
		}
		return badParameter("biz_content 无法解析")
	}
	return nil
}

// readRequest gathers query and body. Names may not repeat; only the official PHP form sends
// charset both in the address and in the body, which is allowed while they agree.
func (s *Sandbox) readRequest(r *http.Request) (*request, error) {
	raw, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalid("format", "地址参数无法解析")
	}
	declared := raw.Get("charset")
	if r.Method == http.MethodPost {
		media, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || media != "application/x-www-form-urlencoded" {
			return nil, invalid("format", "请求体须为 application/x-www-form-urlencoded")
		}
		if declared == "" {
			declared = options["charset"]
		}
		if err := addBody(raw, r.Body); err != nil {
			return nil, err
		}
	}
	if declared == "" && !s.cfg.Strict {
		declared = raw.Get("charset")
	}
	return decode(raw, declared)
}

func addBody(raw url.Values, body io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(body, maxRequest+1))
	if err != nil || len(text) > maxRequest {
		return invalid("format", "请求体过大或不完整")
	}
	form, err := url.ParseQuery(string(bytes.TrimSpace(text)))
	if err != nil {
		return invalid("format", "请求体无法解析")
	}
	for name, values := range form {
		if name == "charset" && len(raw[name]) == 1 && len(values) == 1 && raw.Get(name) == values[0] {
			continue
		}
		raw[name] = append(raw[name], values...)
	}
	return nil
}

// decode turns bytes into text. Without a declared charset they are read as GBK, so that Chinese
// text in another one fails its signature.
func decode(raw url.Values, declared string) (*request, error) {
	q := &request{params: map[string]string{}, signed: map[string]string{}}
	for name, values := range raw {
		if len(values) > 1 {
			return nil, invalid("parameter", "参数重复："+name)
		}
	}
	claimed := raw.Get("charset")
	q.gbk = isGBK(claimed)
	for name, values := range raw {
		text := values[0]
		if declared == "" || isGBK(declared) {
			text = fromGBK(text)
		}
		q.params[name], q.signed[name] = text, text
		if q.gbk {
			q.signed[name] = toGBK(text)
		}
	}
	return q, nil
}

func isGBK(charset string) bool {
	return strings.EqualFold(charset, "GBK") || strings.EqualFold(charset, "GB2312")
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// fromGBK reads GBK bytes; what is no GBK becomes U+FFFD.
func fromGBK(raw string) string {
	text, err := simplifiedchinese.GB18030.NewDecoder().String(raw)
	if err != nil {
		return strings.ToValidUTF8(raw, "\uFFFD")
	}
	return text
}

// toGBK writes text as GBK, in its four-byte extension where a character needs it.
func toGBK(text string) string {
	raw, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		return text
	}
	return raw
}
