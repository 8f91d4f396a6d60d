package alipay

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// toUTF8 reads s in the charset that a message names. Alipay falls back to GBK when it saw no charset, so bytes
// without a named charset that are not UTF-8 are read as GBK; GB18030 contains GBK and GB2312.
func toUTF8(s, charset string) string {
	switch strings.ToLower(charset) {
	case "gbk", "gb2312", "gb18030":
		return fromGBK(s)
	case "":
		if !utf8.ValidString(s) {
			return fromGBK(s)
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func fromGBK(s string) string {
	text, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return text
}
