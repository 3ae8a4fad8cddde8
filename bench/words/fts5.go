package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"modernc.org/sqlite"
)

// fts5 is SQLite's full-text index in memory. It is asked through the driver
// itself: package database/sql would add its own time to each row. The table
// is contentless, as our index keeps no text either: what is asked for
// is the numbers of documents.
type fts5 struct {
	conn   driver.Conn
	insert driver.Stmt
	find   driver.Stmt
	rows   int64
}

const fts5Name = "FTS5"

// fts5Table has the prefix indexes of the lengths that queries begin with.
const fts5Table = `CREATE VIRTUAL TABLE names USING fts5(words, content='', tokenize='ascii', prefix='3 4 5')`

func newFTS5() (*fts5, error) {
	conn, err := (&sqlite.Driver{}).Open(":memory:")
	if err != nil {
		return nil, fmt.Errorf("fts5: %w", err)
	}
	f := &fts5{conn: conn}
	for _, text := range []string{fts5Table, "BEGIN"} {
		if err := f.exec(text); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if f.insert, err = conn.Prepare("INSERT INTO names(rowid, words) VALUES (?, ?)"); err != nil {
		return nil, errors.Join(fmt.Errorf("fts5: %w", err), conn.Close())
	}
	// Without an order that is asked for, rows come by rowid.
	if f.find, err = conn.Prepare("SELECT rowid FROM names WHERE names MATCH ? LIMIT ?"); err != nil {
		return nil, errors.Join(fmt.Errorf("fts5: %w", err), conn.Close())
	}
	return f, nil
}

func (f *fts5) name() string { return fts5Name }

func (f *fts5) exec(text string) error {
	_, err := f.conn.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
	if err != nil {
		return fmt.Errorf("fts5: %s: %w", text, err)
	}
	return nil
}

func (f *fts5) add(doc document) error {
	_, err := f.insert.(driver.StmtExecContext).ExecContext(context.Background(), []driver.NamedValue{
		{Ordinal: 1, Value: f.rows}, {Ordinal: 2, Value: strings.Join(doc.words(), " ")},
	})
	if err != nil {
		return fmt.Errorf("fts5: insert: %w", err)
	}
	f.rows++
	return nil
}

// finish makes one b-tree of all, which is what is searched fastest.
func (f *fts5) finish() error {
	return errors.Join(f.insert.Close(), f.exec("COMMIT"), f.exec("INSERT INTO names(names) VALUES ('optimize')"))
}

func (f *fts5) search(q *query, limit int, found []uint32) ([]uint32, error) {
	rows, err := f.find.(driver.StmtQueryContext).QueryContext(context.Background(), []driver.NamedValue{
		{Ordinal: 1, Value: q.match}, {Ordinal: 2, Value: int64(limit)},
	})
	if err != nil {
		return found, fmt.Errorf("fts5: %s: %w", q.match, err)
	}
	var row [1]driver.Value
	for err = rows.Next(row[:]); err == nil; err = rows.Next(row[:]) {
		found = append(found, uint32(row[0].(int64)))
	}
	if !errors.Is(err, io.EOF) {
		return found, errors.Join(fmt.Errorf("fts5: %s: %w", q.match, err), rows.Close())
	}
	return found, rows.Close()
}

// size returns the bytes of the pages in use.
func (f *fts5) size() (int64, error) {
	size := int64(1)
	for _, pragma := range []string{"PRAGMA page_count", "PRAGMA page_size"} {
		rows, err := f.conn.(driver.QueryerContext).QueryContext(context.Background(), pragma, nil)
		if err != nil {
			return 0, fmt.Errorf("fts5: %s: %w", pragma, err)
		}
		var row [1]driver.Value
		if err := rows.Next(row[:]); err != nil {
			return 0, errors.Join(fmt.Errorf("fts5: %s: %w", pragma, err), rows.Close())
		}
		size *= row[0].(int64)
		if err := rows.Close(); err != nil {
			return 0, fmt.Errorf("fts5: %s: %w", pragma, err)
		}
	}
	return size, nil
}

func (f *fts5) close() error { return errors.Join(f.find.Close(), f.conn.Close()) }
