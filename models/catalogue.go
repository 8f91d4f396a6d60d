package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// Catalogue is what `luffy course import` reads: a shop's courses, activities and coupons as JSON.
// Sums are text in yuan, times are RFC 3339. Rows are found again by their names, so a file may be
// imported again after an edit.
type Catalogue struct {
	Courses    []CatalogueCourse   `json:"courses"`
	Activities []CatalogueActivity `json:"activities"`
	Coupons    []CatalogueCoupon   `json:"coupons"`
}

// CatalogueCourse is one course with its terms and chapters.
type CatalogueCourse struct {
	Name      string             `json:"name"`
	Category  string             `json:"category"`
	Teacher   CatalogueTeacher   `json:"teacher"`
	Img       string             `json:"img"`
	Brief     string             `json:"brief"`
	Price     *Yuan              `json:"price"` // required: a forgotten one must not give the course away
	Withdrawn bool               `json:"withdrawn"`
	Terms     []CatalogueTerm    `json:"terms"`
	Chapters  []CatalogueChapter `json:"chapters"`
}

// CatalogueTeacher is the teacher of a course.
type CatalogueTeacher struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Brief string `json:"brief"`
}

// CatalogueTerm is a term with an end; "for ever" is always offered at the course's own price.
type CatalogueTerm struct {
	Days  int    `json:"days"`
	Text  string `json:"text"`
	Price *Yuan  `json:"price"` // required
}

// CatalogueChapter is a chapter with its lessons in order.
type CatalogueChapter struct {
	Name    string            `json:"name"`
	Lessons []CatalogueLesson `json:"lessons"`
}

// CatalogueLesson is one lesson.
type CatalogueLesson struct {
	Name    string `json:"name"`
	Minutes int    `json:"minutes"`
	Content string `json:"content"`
}

// CatalogueActivity is a period with price rules.
type CatalogueActivity struct {
	Name      string              `json:"name"`
	Start     time.Time           `json:"start"`
	End       time.Time           `json:"end"`
	Discounts []CatalogueDiscount `json:"discounts"`
}

// CatalogueDiscount is one course's rule in an activity.
type CatalogueDiscount struct {
	Course string `json:"course"`
	Type   string `json:"type"` // free, rate, off or step
	Sale   string `json:"sale"` // in the form that the type reads, see DiscountType
	From   Yuan   `json:"from"` // prices below it are not reduced
}

// CatalogueCoupon is a kind of coupon.
type CatalogueCoupon struct {
	Name string `json:"name"`
	Sale string `json:"sale"` // -50 (yuan) or *0.9
	From Yuan   `json:"from"` // orders below this sum cannot use it
	Days int    `json:"days"` // how long it is valid after it was given
}

// Yuan is a sum that a file writes as text like "310.00".
type Yuan Fen

// UnmarshalText reads what ParseFen reads.
func (y *Yuan) UnmarshalText(text []byte) error {
	fen, err := ParseFen(string(text))
	*y = Yuan(fen)
	return err
}

// ErrCatalogue reports a file that cannot be imported; its text names every fault.
var ErrCatalogue = errors.New("the catalogue cannot be imported")

var discountTypes = map[string]DiscountType{
	"free": DiscountFree, "rate": DiscountRate, "off": DiscountOff, "step": DiscountStep,
}

// ReadCatalogue reads and checks a catalogue in UTF-8, with or without a byte order mark. The error
// is ErrCatalogue.
func ReadCatalogue(text []byte) (Catalogue, error) {
	var c Catalogue
	if !utf8.Valid(text) { // the decoder would silently put U+FFFD into the names
		return c, fmt.Errorf("%w: it is not in UTF-8, perhaps in GBK or UTF-16", ErrCatalogue)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return c, fmt.Errorf("%w: %w", ErrCatalogue, inLine(text, err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("%w: there is more after its end", ErrCatalogue)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("%w:\n%w", ErrCatalogue, err)
	}
	return c, nil
}

// inLine adds the line number to an error of the decoder that has a position.
func inLine(text []byte, err error) error {
	var offset int64
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	} else {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}

// maxDays bounds terms and coupons to a hundred years. The databases store no time after the year
// 9999, so a longer term could be sold and then not be granted.
const maxDays = 36500

func validDays(n int) bool { return 0 < n && n <= maxDays }

func (c Catalogue) check() error {
	f := faults{named: map[string]bool{}}
	for i, course := range c.Courses {
		f.checkCourse(i+1, course)
	}
	for _, activity := range c.Activities {
		f.checkActivity(activity)
	}
	for _, coupon := range c.Coupons {
		f.once("coupon %q", coupon.Name)
		if _, err := applySale(coupon.Sale, MaxFen); err != nil || coupon.Name == "" || !validDays(coupon.Days) {
			f.add("coupon %q: needs a name, 1 to %d days and a sale like -50 or *0.9", coupon.Name, maxDays)
		}
	}
	return errors.Join(f.all...)
}

// faults collects what is wrong with a catalogue.
type faults struct {
	all   []error
	named map[string]bool
}

func (f *faults) add(format string, args ...any) { f.all = append(f.all, fmt.Errorf(format, args...)) }

// once adds a fault if the file has named the thing before: the second would silently replace the first.
func (f *faults) once(format string, args ...any) {
	thing := fmt.Sprintf(format, args...)
	if f.named[thing] {
		f.add("%s: is there twice", thing)
	}
	f.named[thing] = true
}

func (f *faults) checkCourse(n int, c CatalogueCourse) {
	f.once("course %q", c.Name)
	if c.Name == "" || c.Category == "" || c.Teacher.Name == "" || c.Price == nil {
		f.add("course %d, %q: name, category, teacher.name and price are needed", n, c.Name)
	}
	for _, term := range c.Terms {
		f.once("course %q, term of %d days", c.Name, term.Days)
		if !validDays(term.Days) || term.Text == "" || term.Price == nil {
			f.add("course %q: a term needs 1 to %d days, a text and a price", c.Name, maxDays)
		}
	}
}

func (f *faults) checkActivity(a CatalogueActivity) {
	f.once("activity %q", a.Name)
	if a.Name == "" || !a.End.After(a.Start) {
		f.add("activity %q: needs a name and an end after its start", a.Name)
	}
	for _, d := range a.Discounts {
		f.once("activity %q, course %q", a.Name, d.Course)
		kind, known := discountTypes[d.Type]
		if !known {
			f.add("activity %q, course %q: type %q is none of free, rate, off and step", a.Name, d.Course, d.Type)
			continue
		}
		rule := Discount{DiscountType: kind, Sale: d.Sale}
		if _, err := rule.Apply(MaxFen); err != nil {
			f.add("activity %q, course %q: %w", a.Name, d.Course, err)
		}
	}
}
