package models

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// Of all that My Orders does, only counting takes longer the more a student has ordered. A student
// with very many orders therefore has a tally: how many of the orders up to ly_user.orders_tallied
// are on each shelf. The page counts only the later orders and adds them. Whoever moves an order to
// another shelf locks the student's row and moves the order in the tally too.
const (
	// tallyFrom is how many orders are counted one by one before they are tallied.
	tallyFrom = 2000
	// tallyAllBut is how many of the newest orders are left out of the tally. An order that is being
	// placed has its ID but cannot be counted yet; it must not fall among those that are tallied.
	tallyAllBut = 100
)

// countOrders counts the student's orders on each shelf. counted is how many of them it had to count
// one by one. The tally takes a statement of its own, which only the few students who have one need.
func (db *DB) countOrders(ctx context.Context, user int64) (onShelf map[shelf]int, counted int, err error) {
	var upTo int64
	onShelf = map[shelf]int{}
	err = db.query(ctx, func(rows *sql.Rows) error {
		var on sql.Null[shelf]
		var n int
		err := rows.Scan(&on, &n, &upTo)
		if on.Valid { // a student without orders has one row without a shelf
			onShelf[on.V], counted = n, counted+n
		}
		return err
	}, `SELECT o.shelf, COUNT(o.id), u.orders_tallied FROM ly_user u
		LEFT JOIN ly_order o`+along(db.dialect, byShelf)+`
		ON o.user_id = u.id AND `+onAnyOf(TabAll.shelves())+` AND o.id > u.orders_tallied
		WHERE u.id = ? GROUP BY o.shelf`, user)
	if err != nil || upTo == 0 {
		return onShelf, counted, err
	}
	moved, err := db.addTally(ctx, onShelf, user, upTo)
	if err != nil || !moved {
		return onShelf, counted, err
	}
	return db.countOrders(ctx, user) // the tally now includes some of the orders just counted
}

// addTally adds the tally to onShelf. moved tells that the tally no longer ends at the order upTo.
func (db *DB) addTally(ctx context.Context, onShelf map[shelf]int, user, upTo int64) (moved bool, err error) {
	err = db.query(ctx, func(rows *sql.Rows) error {
		var on sql.Null[shelf]
		var n sql.Null[int]
		var tallied int64
		err := rows.Scan(&on, &n, &tallied)
		onShelf[on.V] += n.V // a tally that was just forgotten is one row without a shelf
		moved = tallied != upTo
		return err
	}, `SELECT t.shelf, t.n, u.orders_tallied FROM ly_user u LEFT JOIN ly_order_tally t ON t.user_id = u.id
		WHERE u.id = ?`, user)
	return moved, err
}

// tally brings a student's tally up to date, all but the newest orders.
func (db *DB) tally(ctx context.Context, user int64) error {
	return db.inTx(ctx, func(tx transaction) error {
		var from, to int64
		err := skipLocked(tx.DB).Model(&User{}).Select("orders_tallied").Where("id = ?", user).Take(&from).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // one of the student's orders is just being paid; the next visit will tally
		}
		if err != nil {
			return err
		}
		err = tx.Raw("SELECT id FROM ly_order WHERE user_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
			user, tallyAllBut).Scan(&to).Error
		if err != nil || to <= from {
			return err
		}
		for _, shelf := range TabAll.shelves() {
			if err := tx.tallyShelf(user, shelf, from, to); err != nil {
				return err
			}
		}
		return tx.Model(&User{}).Where("id = ?", user).Update("orders_tallied", to).Error
	})
}

// tallyShelf adds the orders with IDs above from, up to and including to, to a shelf's tally.
func (tx transaction) tallyShelf(user int64, on shelf, from, to int64) error {
	var n int64
	err := tx.Raw("SELECT COUNT(*) FROM ly_order WHERE user_id = ? AND shelf = ? AND id > ? AND id <= ?",
		user, on, from, to).Scan(&n).Error
	if err != nil {
		return err
	}
	_, err = tx.exec("UPDATE ly_order_tally SET n = n + ? WHERE user_id = ? AND shelf = ?", n, user, on)
	if err != nil || from > 0 {
		return err
	}
	_, err = tx.exec("INSERT INTO ly_order_tally (user_id, shelf, n) VALUES (?, ?, ?)", user, on, n)
	return err
}

// ForgetTallies lets all orders be counted anew, each student's at their next visit. A program of another
// version, which ran on the same database until now, may sort orders onto other shelves than this one
// does, and have moved them wrongly in the tallies.
func (db *DB) ForgetTallies(ctx context.Context) error {
	return db.inTx(ctx, func(tx transaction) error {
		var students []int64
		err := tx.Raw("SELECT DISTINCT user_id FROM ly_order_tally").Scan(&students).Error
		if err != nil || len(students) == 0 {
			return err
		}
		if err := tx.Model(&User{}).Where("id IN ?", students).Update("orders_tallied", 0).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM ly_order_tally WHERE user_id IN ?", students).Error
	})
}

// reshelve locks the student's row and, if the order is in their tally, moves it to another shelf
// there. o is the order as it was before the move.
func (tx transaction) reshelve(o Order, to shelf) error {
	if err := tx.lockStudent(o.UserID); err != nil {
		return err
	}
	var tallied int64
	err := tx.query(func(rows *sql.Rows) error { return rows.Scan(&tallied) },
		"SELECT orders_tallied FROM ly_user WHERE id = ?", o.UserID)
	if err != nil {
		return err
	}
	return tx.moveInTally(o, to, tallied)
}

// lockStudent locks the student's row by writing it. In a cluster of databases a mere lock holds only
// on its own node, while a write is checked against the writes of all nodes when it is committed.
func (tx transaction) lockStudent(user int64) error {
	return tx.execOne(ErrNotFound, "UPDATE ly_user SET orders_moved = orders_moved + 1 WHERE id = ?", user)
}

// moveInTally is reshelve for a student whose row is already locked and was read: tallied is the last
// order of their tally.
func (tx transaction) moveInTally(o Order, to shelf, tallied int64) error {
	from := o.shelf()
	if o.ID > tallied || from == to {
		return nil
	}
	_, err := tx.exec(`
		UPDATE ly_order_tally SET n = n + CASE WHEN shelf = ? THEN 1 ELSE -1 END
		WHERE user_id = ? AND shelf IN (?, ?)`, to, o.UserID, from, to)
	return err
}
