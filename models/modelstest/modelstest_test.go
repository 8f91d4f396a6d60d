package modelstest_test

import (
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestFixture(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		shop := modelstest.Shop(t, db)
		for name, c := range map[string]struct{ got, want models.Fen }{
			"plain":              {shop.Plain.For(0).SalePrice, 310_00},
			"free":               {shop.Free.For(30).SalePrice, 0},
			"rate":               {shop.Rate.For(30).SalePrice, 117_33},
			"off":                {shop.Off.For(60).SalePrice, 48_00},
			"off, below zero":    {shop.Off.For(30).SalePrice, 0},
			"step, below first":  {shop.Step.For(30).SalePrice, 90_00},
			"step, on the third": {shop.Step.For(0).SalePrice, 255_00},
		} {
			if c.got != c.want {
				t.Errorf("%s: got %v, want %v", name, c.got, c.want)
			}
		}
		ann := modelstest.Student(t, db, "ann")
		order, trade := modelstest.Paid(t, db, ann, shop.Plain.For(30), shop.Rate.For(0))
		if order.OrderStatus != models.OrderPaid || order.RealPrice != trade.Amount {
			t.Errorf("got order %v of %v paid with %v, want it paid in full", order.OrderStatus, order.RealPrice, trade.Amount)
		}
	})
}

// A borrowed database must look like a new one, ids included, or a test's result would hang on
// which test ran before.
func TestMariaDBIsEmpty(t *testing.T) {
	for _, name := range []string{"ann", "bob", "eve"} {
		t.Run(name, func(t *testing.T) {
			db := modelstest.MariaDB(t)
			if user := modelstest.Student(t, db, name); user.ID != 1 {
				t.Errorf("got first student's id %d, want 1", user.ID)
			}
			if list, err := db.Courses(t.Context(), models.CourseFilter{}); err != nil || list.Matches != 0 {
				t.Errorf("got %d courses, %v; want none", list.Matches, err)
			}
			modelstest.Shop(t, db)
		})
	}
}

func TestMariaDBIsolation(t *testing.T) {
	first, second := modelstest.MariaDB(t), modelstest.MariaDB(t)
	modelstest.Student(t, first, "ann")
	if _, err := second.UserByName(t.Context(), "ann"); err == nil {
		t.Error("a student added to one database is in another")
	}
}

func TestBroken(t *testing.T) {
	db := modelstest.Broken(t)
	if err := db.Ping(t.Context()); err == nil {
		t.Error("ping: got no error")
	}
	if _, err := db.Courses(t.Context(), models.CourseFilter{}); err == nil {
		t.Error("courses: got no error")
	}
}
