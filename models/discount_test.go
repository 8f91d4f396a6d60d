package models

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestApply(t *testing.T) {
	t.Parallel()
	const steps = "满100-10 满200-25 满300-45"
	for _, c := range []struct {
		kind        DiscountType
		sale        string
		price, want Fen
	}{
		{DiscountFree, "", 310_00, 0},
		{DiscountRate, "*0.88", 310_00, 272_80},
		{DiscountRate, "*0.88", 133_33, 117_33}, // 117.3304
		{DiscountRate, "*0.5", 1, 1},            // half a fen rounds up
		{DiscountRate, "*0.4999", 1, 0},
		{DiscountRate, "*0.3333", 100, 33},
		{DiscountRate, "*1", 310_00, 310_00},
		{DiscountRate, "*1.0000", 310_00, 310_00},
		{DiscountRate, "*0", 310_00, 0},
		{DiscountRate, "*0.9999", MaxFen, 99_990_000_00},
		{DiscountOff, "-100", 310_00, 210_00},
		{DiscountOff, "-0.01", 310_00, 309_99},
		{DiscountOff, "-100", 100_00, 0},
		{DiscountOff, "-100", 88_00, 0},
		{DiscountStep, steps, 99_99, 99_99},
		{DiscountStep, steps, 100_00, 90_00},
		{DiscountStep, steps, 199_99, 189_99},
		{DiscountStep, steps, 200_00, 175_00},
		{DiscountStep, steps, 300_00, 255_00},
		{DiscountStep, steps, 5000_00, 4955_00},
		{DiscountStep, "满300-45 满100-10 满200-25", 250_00, 225_00},
		{DiscountStep, "满200-25 满100-10", 250_00, 225_00},
		{DiscountStep, "满100-10 满100-20", 150_00, 130_00}, // the last of equals counts
		{DiscountStep, "满10-50", 20_00, 0},
	} {
		t.Run(fmt.Sprintf("%v%s of %v", c.kind, c.sale, c.price), func(t *testing.T) {
			got, err := Discount{DiscountType: c.kind, Sale: c.sale}.Apply(c.price)
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestApplyFromCondition(t *testing.T) {
	t.Parallel()
	d := Discount{DiscountType: DiscountOff, Sale: "-10", ConditionPrice: 100_00}
	for price, want := range map[Fen]Fen{99_99: 99_99, 100_00: 90_00, 100_01: 90_01} {
		if got, err := d.Apply(price); err != nil || got != want {
			t.Errorf("%v: got %v, %v; want %v", price, got, err, want)
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	for kind, sales := range map[DiscountType][]string{
		DiscountRate: {
			"", "*", "0.88", "*.88", "*1.1", "*1.0001", "*2", "*00.88", "*0.88888", "*-1", "*-.5", "*0.", "*1.", "*0.8x",
			"* 0.8", "*0,8", "-100",
		},
		DiscountOff:  {"", "-", "100", "--1", "-1.234", "- 1", "-一百", "-1e2", "*0.88"},
		DiscountStep: {"", " ", "满", "满100", "满100-", "满-10", "满满100-10", "满100-10,满200-25", "满100-10 满200", "满100-10-5"},
		0:            {"", "-100"},
		5:            {"*0.88"},
	} {
		for _, sale := range sales {
			got, err := Discount{DiscountType: kind, Sale: sale}.Apply(310_00)
			if !errors.Is(err, ErrSale) || got != 310_00 {
				t.Errorf("type %d, %q: got %v, %v; want the full price and ErrSale", kind, sale, got, err)
			}
		}
	}
}

func TestApplyOnlyReduces(t *testing.T) {
	t.Parallel()
	rule := func(kind DiscountType, form string) *rapid.Generator[Discount] {
		return rapid.Map(rapid.StringMatching(form), func(sale string) Discount {
			return Discount{DiscountType: kind, Sale: sale}
		})
	}
	rules := rapid.OneOf(
		rapid.Just(Discount{DiscountType: DiscountFree}),
		rule(DiscountRate, `\*0\.[0-9]{1,4}`),
		rule(DiscountOff, `-[0-9]{1,8}(\.[0-9]{1,2})?`),
		rule(DiscountStep, `满[0-9]{1,6}-[0-9]{1,6}( 满[0-9]{1,6}-[0-9]{1,6}){0,3}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		d, price := rules.Draw(t, "discount"), drawFen(t, MaxFen)
		if got, err := d.Apply(price); err != nil || got < 0 || got > price {
			t.Fatalf("%+v of %v: got %v, %v", d, price, got, err)
		}
	})
}

func TestSpread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reduction    Fen
		prices, want []Fen
	}{
		{0, []Fen{100, 200}, []Fen{0, 0}},
		{60_00, []Fen{100_00, 200_00, 300_00}, []Fen{10_00, 20_00, 30_00}},
		{1, []Fen{100, 100, 100}, []Fen{0, 0, 1}},
		{2, []Fen{100, 100, 100}, []Fen{0, 1, 1}},
		{50_00, []Fen{0, 310_00, 0}, []Fen{0, 50_00, 0}},
		{0, []Fen{0, 0}, []Fen{0, 0}},
		{300, []Fen{100, 200}, []Fen{100, 200}},
		{50 * MaxFen, slices.Repeat([]Fen{MaxFen}, 50), slices.Repeat([]Fen{MaxFen}, 50)},
	} {
		if got := spread(c.reduction, c.prices); !slices.Equal(got, c.want) {
			t.Errorf("%v over %v: got %v, want %v", c.reduction, c.prices, got, c.want)
		}
	}
}

func TestSpreadAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prices := make([]Fen, rapid.IntRange(1, maxCart).Draw(t, "courses"))
		var all Fen
		for i := range prices {
			prices[i] = drawFen(t, MaxFen)
			all += prices[i]
		}
		reduction := drawFen(t, all)
		var given Fen
		for i, share := range spread(reduction, prices) {
			if share < 0 || share > prices[i] {
				t.Fatalf("share %v of price %v", share, prices[i])
			}
			given += share
		}
		if given != reduction {
			t.Fatalf("got %v in all, want %v", given, reduction)
		}
	})
}

func drawFen(t *rapid.T, most Fen) Fen {
	return Fen(rapid.Int64Range(0, int64(most)).Draw(t, "fen"))
}

func TestDiscountRule(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]Discount{
		"":              {DiscountType: DiscountFree},
		"8.8 折":         {DiscountType: DiscountRate, Sale: "*0.88"},
		"9 折":           {DiscountType: DiscountRate, Sale: "*0.9"},
		"0.05 折":        {DiscountType: DiscountRate, Sale: "*0.005"},
		"免费":            {DiscountType: DiscountRate, Sale: "*0"},
		"减 ¥1,000.50":   {DiscountType: DiscountOff, Sale: "-1000.5"},
		"原价满 ¥100.00 起": {DiscountType: DiscountFree, ConditionPrice: 100_00},
		"减 ¥30.00（原价满 ¥100.00 起）":               {DiscountType: DiscountOff, Sale: "-30", ConditionPrice: 100_00},
		"满 ¥100.00 减 ¥10.00，满 ¥200.00 减 ¥25.00": {DiscountType: DiscountStep, Sale: "满100-10 满200-25"},
	} {
		if got := d.Rule(); got != want {
			t.Errorf("%v %q: got %q, want %q", d.DiscountType, d.Sale, got, want)
		}
	}
	for _, d := range []Discount{
		{DiscountType: DiscountRate, Sale: "*"}, {DiscountType: DiscountOff, Sale: "*0.9"},
		{DiscountType: DiscountRate, Sale: "0.88", ConditionPrice: 100_00}, {DiscountType: DiscountOff, Sale: "100"},
		{DiscountType: DiscountStep, Sale: "满100"}, {DiscountType: DiscountStep, Sale: "满100-10 满200"}, {Sale: "-1"},
		{Sale: "-1", ConditionPrice: 100_00},
	} {
		if got := d.Rule(); got != "" {
			t.Errorf("%v %q: got %q, want nothing for what cannot be read", d.DiscountType, d.Sale, got)
		}
	}
}
