package models

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"
)

// Each list of columns has every field of its table's type, and each place is the field of its column:
// a field that was forgotten would always be read as zero, and one at the wrong place as another.
func TestColumnsAreFields(t *testing.T) {
	var o Order
	var p Payment
	var r Refund
	for _, c := range []struct {
		row     any
		columns string
		places  []any
	}{{&o, orderColumns, o.places()}, {&p, paymentColumns, p.places()}, {&r, refundColumns, r.places()}} {
		table, err := schema.Parse(c.row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		columns := strings.Split(c.columns, ",")
		if len(columns) != len(table.DBNames) || len(c.places) != len(columns) {
			t.Errorf("%s: got %d columns for %d places, want %d",
				table.Name, len(columns), len(c.places), len(table.DBNames))
			continue
		}
		for i, column := range columns {
			_, name, _ := strings.Cut(strings.TrimSpace(column), ".")
			field := table.LookUpField(name)
			if field == nil {
				t.Errorf("%s: no field is called %s", table.Name, name)
				continue
			}
			want := reflect.ValueOf(c.row).Elem().FieldByIndex(field.StructField.Index).Addr().Interface()
			if c.places[i] != want {
				t.Errorf("%s: the place of %s is another field", table.Name, name)
			}
		}
	}
}
