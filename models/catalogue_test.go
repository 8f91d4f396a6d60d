package models_test

import (
	"errors"
	"strings"
	"testing"

	"luffy/models"
)

func TestReadCatalogueNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := models.ReadCatalogue([]byte(`{
		"courses": [
			{"name": "", "category": "c", "teacher": {"name": "t"}, "price": "1"},
			{"name": "A", "category": "", "teacher": {"name": "t"}, "price": "1"},
			{"name": "B", "category": "c", "teacher": {"name": ""}, "price": "1"},
			{"name": "C", "category": "c", "teacher": {"name": "t"}, "terms": [{"days": 0, "text": "x", "price": "1"}], "price": "1"},
			{"name": "D", "category": "c", "teacher": {"name": "t"}, "terms": [{"days": 5, "text": "", "price": "1"}], "price": "1"}
		],
		"activities": [
			{"name": "backwards", "start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z"},
			{"name": "odd", "start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z", "discounts": [
				{"course": "E", "type": "gift"}, {"course": "F", "type": "rate", "sale": "-5"},
				{"course": "G", "type": "step", "sale": "100-"}
			]}
		],
		"coupons": [{"name": "H", "sale": "half", "days": 1}, {"name": "I", "sale": "-1", "days": 0},
			{"name": "", "sale": "-1", "days": 1}]
	}`))
	if !errors.Is(err, models.ErrCatalogue) {
		t.Fatalf("got %v, want ErrCatalogue", err)
	}
	for _, want := range []string{
		"course 1,", "course 2,", "course 3,", `"A"`, `"B"`, `"C"`, `"D"`, `"backwards"`,
		`"E"`, `type "gift"`, `"F"`, `"G"`, `coupon "H"`, `coupon "I"`, `coupon ""`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
}

func TestReadCatalogueRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":         "",
		"not JSON":        "courses:",
		"a list":          "[]",
		"unknown field":   `{"courses": [], "cuorses": []}`,
		"price as number": `{"courses": [{"name": "A", "category": "c", "teacher": {"name": "t"}, "price": 1.5}]}`,
		"negative price":  `{"courses": [{"name": "A", "category": "c", "teacher": {"name": "t"}, "price": "-1"}]}`,
		"no price":        `{"courses": [{"name": "A", "category": "c", "teacher": {"name": "t"}}]}`,
		"no term price": `{"courses": [{"name": "A", "category": "c", "teacher": {"name": "t"}, "price": "1",
			"terms": [{"days": 5, "text": "x"}]}]}`,
		"time, no zone": `{"activities": [{"name": "a", "start": "2026-03-01 00:00:00", "end": "2026-03-02 00:00:00"}]}`,
		"two documents": `{"courses": []} {"courses": []}`,
		"term without end, almost": `{"courses": [{"name": "A", "category": "c", "teacher": {"name": "t"}, "price": "1", "terms": [
			{"days": 36501, "text": "x", "price": "1"}]}]}`,
		"coupon without end, almost": `{"coupons": [{"name": "a", "sale": "-1", "days": 36501}]}`,
		"GBK":                        "{\"coupons\": [{\"name\": \"\xc2\xb7\xb7\xc9\", \"sale\": \"-1\", \"days\": 1}]}",
		"term twice": `{"courses": [{"name": "A", "category": "c", "teacher": {"name": "t"}, "price": "1", "terms": [
			{"days": 5, "text": "x", "price": "1"}, {"days": 5, "text": "y", "price": "2"}]}]}`,
		"course discounted twice": `{"activities": [{"name": "a", "start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z",
			"discounts": [
			{"course": "A", "type": "free"}, {"course": "A", "type": "free"}]}]}`,
		"course twice": `{"courses": [` +
			strings.Repeat(`{"name": "A", "category": "c", "teacher": {"name": "t"}, "price": "1"},`, 2) + `
			{"name": "B", "category": "c", "teacher": {"name": "t"}, "price": "1"}]}`,
	} {
		if _, err := models.ReadCatalogue([]byte(text)); !errors.Is(err, models.ErrCatalogue) {
			t.Errorf("%s: got %v, want ErrCatalogue", name, err)
		}
	}
}

// The editor of Windows begins files with a byte order mark.
func TestReadCatalogueAfterByteOrderMark(t *testing.T) {
	t.Parallel()
	c, err := models.ReadCatalogue([]byte("\ufeff" + smallCatalogue))
	if err != nil || len(c.Courses) != 1 {
		t.Errorf("got %d courses, %v; want 1", len(c.Courses), err)
	}
}

func TestReadCatalogueNamesTheLine(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a comma too many": "{\n\"courses\": [\n{},]}",
		"a wrong type":     "{\n\"courses\":\n\"SQL\"}",
	} {
		if _, err := models.ReadCatalogue([]byte(text)); err == nil || !strings.Contains(err.Error(), "line 3: ") {
			t.Errorf("%s: got %v, want line 3 in it", name, err)
		}
	}
}
