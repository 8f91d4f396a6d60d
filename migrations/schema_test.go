package migrations_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"luffy/models"
)

// The two folders must build the same schema, or what is tested on one database proves nothing for the other.
func TestSameSchema(t *testing.T) {
	var sqlite, mariadb []string
	onEachEmpty(t, func(t *testing.T, db *models.DB) {
		up(t, db)
		if db.Dialect() == models.DialectSQLite {
			sqlite = describe(t, db)
		} else {
			mariadb = describe(t, db)
		}
	})
	if len(sqlite) < 100 {
		t.Fatalf("the SQLite schema has %d lines, want hundreds: the description is broken", len(sqlite))
	}
	if mariadb == nil {
		t.Skip("SKIPPED on MariaDB: nothing to compare with")
	}
	compare(t, "sqlite", sqlite, "mariadb", mariadb)
}

func compare(t *testing.T, aName string, a []string, bName string, b []string) {
	t.Helper()
	for _, line := range a {
		if !slices.Contains(b, line) {
			t.Errorf("only in %s: %s", aName, line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			t.Errorf("only in %s: %s", bName, line)
		}
	}
}

// describe returns a line for each column, index and constraint, worded the same for both databases.
func describe(t *testing.T, db *models.DB) []string {
	t.Helper()
	if db.Dialect() == models.DialectSQLite {
		return append(read(t, db, sqliteCatalogue), sqliteConstraints(t, db)...)
	}
	return read(t, db, mysqlCatalogue)
}

func read(t *testing.T, db *models.DB, queries []string) []string {
	t.Helper()
	var lines []string
	for _, query := range queries {
		rows, err := db.SQL().QueryContext(t.Context(), query)
		if err != nil {
			t.Fatalf("%v in %s", err, query)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, sameWords(db.Dialect(), line))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

var constraint = regexp.MustCompile(`CONSTRAINT (\w+)`)

// sqliteConstraints reads the text that made each table, the only place where SQLite keeps the names.
func sqliteConstraints(t *testing.T, db *models.DB) []string {
	t.Helper()
	var lines []string
	for _, made := range read(t, db, []string{`SELECT name || ' ' || sql FROM sqlite_schema WHERE type = 'table'`}) {
		table, text, _ := strings.Cut(made, " ")
		for _, found := range constraint.FindAllStringSubmatch(text, -1) {
			lines = append(lines, table+" CONSTRAINT "+found[1])
		}
	}
	return lines
}

var displayWidth = regexp.MustCompile(`(bigint|int|tinyint)\(\d+\)`)

// sameWords gives a type the same name on both databases. A datetime without microseconds keeps a
// name of its own on MySQL, which shows a default that is text without the quotes of the others.
func sameWords(dialect, line string) string {
	if dialect == models.DialectMySQL {
		line = displayWidth.ReplaceAllString(line, "$1")
		return strings.NewReplacer(
			"datetime(6)", "time", "mediumblob", "blob", "DEFAULT NULL", "DEFAULT none", "'", "",
		).Replace(line)
	}
	return strings.NewReplacer("datetime", "time", "integer", "bigint", "'", "").Replace(line)
}

var mysqlCatalogue = []string{
	`SELECT CONCAT(table_name, ' COLUMN ', ordinal_position, ' ', column_name, ' ', column_type,
	        IF(is_nullable = 'YES', ' NULL', ' NOT NULL'), ' DEFAULT ', COALESCE(column_default, 'none'))
	 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name LIKE 'ly\_%'`,

	`SELECT CONCAT(table_name,
		IF(index_name = 'PRIMARY', ' PRIMARY KEY', CONCAT(IF(non_unique, ' INDEX ', ' UNIQUE '), index_name)),
	        ' (', GROUP_CONCAT(column_name ORDER BY seq_in_index), ')')
	 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name LIKE 'ly\_%'
	 GROUP BY table_name, index_name, non_unique`,

	`SELECT CONCAT(table_name, ' FOREIGN KEY ', column_name, ' TO ', referenced_table_name, '.', referenced_column_name)
	 FROM information_schema.key_column_usage
	 WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL`,

	`SELECT CONCAT(table_name, ' CONSTRAINT ', constraint_name)
	 FROM information_schema.table_constraints
	 WHERE table_schema = DATABASE() AND table_name LIKE 'ly\_%' AND constraint_type IN ('CHECK', 'FOREIGN KEY')`,
}

var sqliteCatalogue = []string{
	`SELECT m.name || ' COLUMN ' || (c.cid + 1) || ' ' || c.name || ' ' || lower(c.type) ||
	        iif(c."notnull" OR c.pk, ' NOT NULL', ' NULL') || ' DEFAULT ' || coalesce(c.dflt_value, 'none')
	 FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name LIKE 'ly\_%' ESCAPE '\'`,

	`SELECT m.name || ' PRIMARY KEY ('
		|| (SELECT group_concat(name, ',' ORDER BY pk) FROM pragma_table_info(m.name) WHERE pk) || ')'
	 FROM sqlite_schema m WHERE m.type = 'table' AND m.name LIKE 'ly\_%' ESCAPE '\'`,

	`SELECT m.name || iif(i."unique", ' UNIQUE ', ' INDEX ') || i.name ||
	        ' (' || (SELECT group_concat(name, ',' ORDER BY seqno) FROM pragma_index_info(i.name)) || ')'
	 FROM sqlite_schema m JOIN pragma_index_list(m.name) i
	 WHERE m.type = 'table' AND m.name LIKE 'ly\_%' ESCAPE '\' AND i.origin <> 'pk'`,

	`SELECT m.name || ' FOREIGN KEY ' || f."from" || ' TO ' || f."table" || '.' || f."to"
	 FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`,
}
