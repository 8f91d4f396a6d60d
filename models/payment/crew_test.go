package payment

import (
	"context"
	"slices"
	"sync"
	"testing"
)

// A crew of one works on the rows in their order. A larger crew works on as many rows at once as it has
// members.
func TestCrew(t *testing.T) {
	t.Parallel()
	var done []int
	err := each(t.Context(), 1, []int{3, 1, 2}, func(_ context.Context, row int) error {
		done = append(done, row)
		return nil
	})
	if want := []int{3, 1, 2}; err != nil || !slices.Equal(done, want) {
		t.Errorf("a crew of one: got %v, %v; want %v", done, err, want)
	}
	var together sync.WaitGroup
	together.Add(3)
	err = each(t.Context(), 3, []int{1, 2, 3}, func(context.Context, int) error {
		together.Done()
		together.Wait() // ends only when all three are here
		return nil
	})
	if err != nil {
		t.Errorf("a crew of three: %v", err)
	}
}
