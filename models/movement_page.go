package models

import (
	"context"
	"slices"
)

// MovementsPerPage is the length of a page of movements.
const MovementsPerPage = 50

// MovementPage is a page of the movements of a period, sorted by when the money moved.
type MovementPage struct {
	Rows        []Movement
	Page, Pages int
}

// MovementPage reads a page of a period's movements, of which there are total as SumMovements counts
// them; a page past the end shows the last. Only what is on the page is read in full.
func (db *DB) MovementPage(ctx context.Context, p Period, total, page int) (MovementPage, error) {
	var list MovementPage
	list.Page, list.Pages = clampPage(page, total, MovementsPerPage)
	all := within(p.From, p.To)
	var rows []struct{ ID, Back int64 }
	err := db.with(ctx).Raw(`
		SELECT id, back FROM (
			SELECT p.id, p.paid_at AS at, 0 AS back FROM ly_payment p WHERE `+all.came+`
			UNION ALL
			SELECT f.id, f.done_at AS at, 1 AS back FROM ly_refund f WHERE `+all.back+`) moved
		ORDER BY at, back, id LIMIT ? OFFSET ?`,
		slices.Concat(all.cameArgs, all.backArgs, []any{MovementsPerPage, (list.Page - 1) * MovementsPerPage})...).
		Scan(&rows).Error
	if err != nil {
		return list, err
	}
	ids := map[int64][]int64{}
	for _, r := range rows {
		ids[r.Back] = append(ids[r.Back], r.ID)
	}
	list.Rows, err = db.readMovements(ctx, moved{
		came: "p.id IN ?", cameArgs: []any{ids[0]}, back: "f.id IN ?", backArgs: []any{ids[1]},
	})
	return list, err
}
