package models

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"time"
)

// Session is what the database stores about one browser. The browser holds the ID; the table holds
// only its hash, so that nobody can log in with a leaked table.
type Session struct {
	IDHash    string `gorm:"primaryKey"`
	UserID    *int64
	Data      string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// TableName names the table.
func (Session) TableName() string { return "ly_session" }

// Visitor is a session together with what the header of every page shows.
type Visitor struct {
	Session
	Username  string
	IsStaff   bool
	CartCount int
}

// Visitor reads the session with that ID in one statement; ErrNotFound if there is none or it has
// expired. Every page begins with it, so it bypasses the ORM.
func (db *DB) Visitor(ctx context.Context, id string) (Visitor, error) {
	var v Visitor
	missing := ErrNotFound
	err := db.query(ctx, func(rows *sql.Rows) error {
		missing = nil
		return rows.Scan(&v.IDHash, &v.UserID, &v.Data, &v.CreatedAt, &v.ExpiresAt, &v.Username, &v.IsStaff, &v.CartCount)
	}, `SELECT s.id_hash, s.user_id, s.data, s.created_at, s.expires_at, COALESCE(u.username, ''),
		       COALESCE(u.is_staff, 0), (SELECT COUNT(*) FROM ly_cart_item c WHERE c.user_id = s.user_id)
		FROM ly_session s LEFT JOIN ly_user u ON u.id = s.user_id
		WHERE s.id_hash = ? AND s.expires_at > ?`, sessionHash(id), db.Now())
	return v, cmp.Or(err, missing)
}

// SessionState is what a session stores.
type SessionState struct {
	UserID int64  // 0 means nobody is logged in
	Data   string // meant for the caller alone
	Life   time.Duration
}

// AddSession begins a session with that ID.
func (db *DB) AddSession(ctx context.Context, id string, state SessionState) error {
	s := state.row(id, db.Now())
	return db.with(ctx).Create(&s).Error
}

// UpdateSession changes the session with that ID. A session that has ended meanwhile stays ended: a
// page that was being made while its student logged out must not log them in again.
func (db *DB) UpdateSession(ctx context.Context, id string, state SessionState) error {
	s := state.row(id, db.Now())
	return db.with(ctx).Model(&Session{}).Where("id_hash = ?", s.IDHash).
		Updates(columns{"user_id": s.UserID, "data": s.Data, "expires_at": s.ExpiresAt}).Error
}

func (state SessionState) row(id string, now time.Time) Session {
	s := Session{IDHash: sessionHash(id), Data: state.Data, CreatedAt: now, ExpiresAt: now.Add(state.Life)}
	if state.UserID != 0 {
		s.UserID = &state.UserID
	}
	return s
}

// DropSession ends the session with that ID, even if a browser still has its cookie.
func (db *DB) DropSession(ctx context.Context, id string) error {
	return db.with(ctx).Where("id_hash = ?", sessionHash(id)).Delete(&Session{}).Error
}

// EndSessions ends all sessions of the student, in every browser.
func (db *DB) EndSessions(ctx context.Context, user int64) error {
	return db.inTx(ctx, func(tx transaction) error { return tx.endSessions(user) })
}

func (tx transaction) endSessions(user int64) error {
	return tx.Where("user_id = ?", user).Delete(&Session{}).Error
}

// DropExpiredSessions deletes all expired sessions, at most swept with each statement.
func (db *DB) DropExpiredSessions(ctx context.Context) error {
	for {
		var old []string
		err := db.with(ctx).Model(&Session{}).Where("expires_at < ?", db.Now()).Limit(swept).Pluck("id_hash", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		if err := db.with(ctx).Where("id_hash IN ?", old).Delete(&Session{}).Error; err != nil {
			return err
		}
	}
}

// swept is how many rows at most one statement deletes of what is no longer needed.
const swept = 1000

func sessionHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
