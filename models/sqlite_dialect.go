package models

import (
	"database/sql"
	"errors"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDialect is gorm's dialect for SQLite. The ready-made dialects each come with a driver of their
// own, which the shop does not use.
type sqliteDialect struct{ pool *sql.DB }

// Name returns DialectSQLite.
func (sqliteDialect) Name() string { return DialectSQLite }

// Initialize gives the ORM the pool and SQLite's clauses.
//
//nolint:misspell // the ORM's word
func (d sqliteDialect) Initialize(orm *gorm.DB) error {
	orm.ConnPool = d.pool
	callbacks.RegisterDefaultCallbacks(orm, &callbacks.Config{
		CreateClauses:        []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses:        []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses:        []string{"DELETE", "FROM", "WHERE", "RETURNING"},
		LastInsertIDReversed: true, // of several inserted rows, SQLite gives the ID of the last
	})
	orm.ClauseBuilders["FOR"] = func(clause.Clause, clause.Builder) {} // SQLite has no row locks and needs none
	return nil
}

// Migrator is never called: package migrations builds the schema.
func (sqliteDialect) Migrator(*gorm.DB) gorm.Migrator { return nil }

// DataTypeOf is never called, either.
func (sqliteDialect) DataTypeOf(field *schema.Field) string { return string(field.DataType) }

// DefaultValueOf is what an INSERT writes for a value that the database generates.
func (sqliteDialect) DefaultValueOf(*schema.Field) clause.Expression { return clause.Expr{SQL: "NULL"} }

// BindVarTo writes a placeholder.
func (sqliteDialect) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) {
	w.WriteByte('?') //nolint:errcheck // a buffer
}

// QuoteTo writes a name with each of its parts in backticks. The shop's names contain none.
func (sqliteDialect) QuoteTo(w clause.Writer, name string) {
	w.WriteString("`" + strings.ReplaceAll(name, ".", "`.`") + "`") //nolint:errcheck // a buffer
}

// Explain is a statement with its values, for a log.
func (sqliteDialect) Explain(statement string, values ...any) string {
	return logger.ExplainSQL(statement, nil, `"`, values...)
}

// SavePoint begins a part of a transaction that RollbackTo can undo.
func (sqliteDialect) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

// RollbackTo undoes everything since the save point.
func (sqliteDialect) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

// Translate turns a violated unique key into gorm.ErrDuplicatedKey, as the other dialects do.
func (sqliteDialect) Translate(err error) error {
	refused, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch refused.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	}
	return err
}
