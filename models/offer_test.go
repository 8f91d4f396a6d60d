package models_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestOffers(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for _, c := range []struct {
			course   modelstest.Course
			days     int
			text     string
			list     models.Fen
			sale     models.Fen
			discount string
		}{
			{s.Plain, 30, "一个月有效", 99_00, 99_00, ""},
			{s.Plain, 0, "永久有效", 310_00, 310_00, ""},
			{s.Free, 60, "两个月有效", 59_00, 0, "限时免费"},
			{s.Free, 0, "永久有效", 128_00, 0, "限时免费"},
			{s.Rate, 30, "一个月有效", 133_33, 117_33, "限时折扣"},
			{s.Rate, 0, "永久有效", 399_99, 351_99, "限时折扣"},
			{s.Off, 30, "一个月有效", 88_00, 0, "限时减免"},
			{s.Off, 90, "三个月有效", 208_00, 108_00, "限时减免"},
			{s.Step, 30, "一个月有效", 90_00, 90_00, ""}, // below the first step nothing is reduced, so nothing is named
			{s.Step, 60, "两个月有效", 150_00, 140_00, "满减"},
			{s.Step, 0, "永久有效", 300_00, 255_00, "满减"},
		} {
			got := c.course.For(c.days)
			if got.ExpireText != c.text || got.Price != c.list || got.SalePrice != c.sale || got.DiscountName != c.discount {
				t.Errorf("%s for %d days: got %+v, want %+v", c.course.Name, c.days, got, c)
			}
			if hasEnd := !got.DiscountEnds.IsZero(); hasEnd != (c.discount != "") {
				t.Errorf("%s for %d days: got end of discount %v", c.course.Name, c.days, got.DiscountEnds)
			}
		}
	})
}

// discountPlain gives the course without a discount a new activity.
func discountPlain(t *testing.T, s *scene, start, end time.Time, kind, sale string) {
	t.Helper()
	err := s.Import(t.Context(), models.Catalogue{Activities: []models.CatalogueActivity{{
		Name: kind + sale, Start: start, End: end,
		Discounts: []models.CatalogueDiscount{{Course: s.Plain.Name, Type: kind, Sale: sale}},
	}}})
	if err != nil {
		t.Fatalf("import activity: %v", err)
	}
}

func TestActivityHoldsFromStartUntilEnd(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		start, end := noon.Add(time.Hour), noon.Add(2*time.Hour)
		discountPlain(t, s, start.In(models.Beijing), end.In(models.Beijing), "off", "-10")
		s.fill(t, s.Plain.For(0))
		for _, c := range []struct {
			at   time.Time
			want models.Fen
		}{
			{start.Add(-time.Microsecond), 310_00},
			{start, 300_00},
			{end.Add(-time.Microsecond), 300_00},
			{end, 310_00},
		} {
			s.clock.now = c.at
			if got := s.quote(t, models.Choice{}).Real; got != c.want {
				t.Errorf("at %v: got %v, want %v", c.at, got, c.want)
			}
		}
	})
}

func TestBestOfSeveralDiscountsCounts(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for _, sale := range []string{"-10", "-30", "-20"} {
			discountPlain(t, s, noon, noon.Add(time.Hour), "off", sale)
		}
		s.fill(t, s.Plain.For(0))
		if got := s.quote(t, models.Choice{}).Real; got != 280_00 {
			t.Errorf("got %v, want 280.00", got)
		}
	})
}

func TestDiscountThatDoesNotCount(t *testing.T) {
	for name, change := range map[string]string{
		"activity not published":    "UPDATE ly_activity SET published = 0 WHERE name = 'off-10'",
		"rule that cannot be read":  "UPDATE ly_discount SET sale = '10 off' WHERE sale = '-10'",
		"price below the condition": "UPDATE ly_discount SET condition_price = 31001 WHERE sale = '-10'",
		"type that nobody knows":    "UPDATE ly_discount SET discount_type = 9 WHERE sale = '-10'",
		"discount of another course": `UPDATE ly_discount
			SET course_id = (SELECT id FROM ly_course WHERE name = 'MySQL 进阶') WHERE sale = '-10'`,
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				discountPlain(t, s, noon, noon.Add(time.Hour), "off", "-10")
				exec(t, s.DB, change)
				s.fill(t, s.Plain.For(0))
				if got := s.quote(t, models.Choice{}); got.Real != 310_00 || got.Discount != 0 || got.Lines[0].DiscountName != "" {
					t.Errorf("got %v after a discount of %v named %q, want the list price",
						got.Real, got.Discount, got.Lines[0].DiscountName)
				}
			})
		})
	}
}
