package models_test

import (
	"errors"
	"strings"
	"testing"

	"luffy/models"
)

func TestParseMobile(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"13800138000": "13800138000", " 138 0013 8000 ": "13800138000",
		"+86 138-0013-8000": "13800138000", "19912345678": "19912345678",
		"\u202a138 0013 8000\u202c": "13800138000", "\u200e13800138000": "13800138000",
		"１３８　００１３　８０００": "13800138000",
		"": "", "  ": "",
	} {
		if got, err := models.ParseMobile(typed); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"12800138000", "1380013800", "138001380000", "+1 13800138000", "13800138000<b>", "📱", "\xff",
		strings.Repeat("1", 10_000), "1380013800\n0x",
	} {
		if got, err := models.ParseMobile(typed); !errors.Is(err, models.ErrMobile) {
			t.Errorf("%.20q: got %q, %v; want ErrMobile", typed, got, err)
		}
	}
}

func TestSetMobile(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := student(t, s.DB, "bob")
		for _, number := range []string{"13800138000", "13800138000", ""} { // the second changes nothing
			if err := s.SetMobile(t.Context(), s.ann.ID, number); err != nil {
				t.Fatal(err)
			}
			ann, err := s.User(t.Context(), s.ann.ID)
			if err != nil || (ann.Mobile == nil) != (number == "") || ann.Mobile != nil && *ann.Mobile != number {
				t.Errorf("got %v, %v; want %q", ann.Mobile, err, number)
			}
		}
		if other, err := s.User(t.Context(), bob.ID); err != nil || other.Mobile != nil {
			t.Errorf("bob's: got %v, %v; want none", other.Mobile, err)
		}
	})
}
