package alipay

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanSubject(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in    string
		limit int
		want  string
	}{
		"plain":               {"路飞学城-Python 课程", 256, "路飞学城-Python 课程"},
		"forbidden":           {"C/C++ & Go = 2门", 256, "C C++ Go 2门"},
		"only forbidden":      {" /=& ", 256, ""},
		"lines":               {"第一行\r\n第二行\t第三行", 256, "第一行 第二行 第三行"},
		"ends":                {"  Go 课程\u3000\n", 256, "Go 课程"},
		"control":             {"Go\x00\x1b[31m课程\x7f", 256, "Go[31m课程"},
		"invisible":           {"Go\u200b\ufeff课\u202e程", 256, "Go课程"},
		"emoji":               {"Go 🚀课程", 256, "Go 课程"},
		"broken utf-8":        {"Go\xff课程", 256, "Go课程"},
		"plus and percent":    {"100% C++", 256, "100% C++"},
		"cut by characters":   {"路飞学城", 3, "路飞学"},
		"no space at the cut": {"ab cd", 3, "ab"},
		"word after the cut":  {"abc d", 3, "abc"},
		"nothing allowed":     {"abc", 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := CleanSubject(tt.in, tt.limit); got != tt.want {
				t.Errorf("CleanSubject(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

func TestCleanSubjectCutsLongNames(t *testing.T) {
	t.Parallel()
	got := CleanSubject(strings.Repeat("课", 300), 256)
	if n := utf8.RuneCountInString(got); n != 256 {
		t.Errorf("characters left = %d, want 256", n)
	}
}
