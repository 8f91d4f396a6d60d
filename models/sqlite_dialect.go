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

// sqliteDialect tells the ORM how SQLite is spoken to. The dialects to be had bring another driver with them.
type sqliteDialect struct{ pool *sql.DB }

// Name is DialectSQLite.
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
		LastInsertIDReversed: true, // of the rows of one INSERT, SQLite tells the last
	})
	orm.ClauseBuilders["FOR"] = func(clause.Clause, clause.Builder) {} // it has no row locks, and needs none
	return nil
}

// Migrator is never asked for: the schema is built by package migrations.
func (sqliteDialect) Migrator(*gorm.DB) gorm.Migrator { return nil }

// DataTypeOf is never asked for, either.
func (sqliteDialect) DataTypeOf(field *schema.Field) string { return string(field.DataType) }

// DefaultValueOf stands for a value that the database makes up.
func (sqliteDialect) DefaultValueOf(*schema.Field) clause.Expression { return clause.Expr{SQL: "NULL"} }

// BindVarTo writes a placeholder.
func (sqliteDialect) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) {
	w.WriteByte('?') //nolint:errcheck // a buffer
}

// QuoteTo writes a name, each part of it in backticks. No name of the shop's has one in it.
func (sqliteDialect) QuoteTo(w clause.Writer, name string) {
	w.WriteString("`" + strings.ReplaceAll(name, ".", "`.`") + "`") //nolint:errcheck // a buffer
}

// Explain writes a statement with its values, for a log.
func (sqliteDialect) Explain(statement string, values ...any) string {
	return logger.ExplainSQL(statement, nil, `"`, values...)
}

// SavePoint begins a part of a transaction that may be undone by itself.
func (sqliteDialect) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

// RollbackTo undoes it.
func (sqliteDialect) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

// Translate names a clash of unique keys as the ORM does for every database.
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
