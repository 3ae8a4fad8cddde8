package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	bquery "github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// field is the only one of a document.
const field = "words"

// scorch is Bleve's index as it is fastest to search: one segment, made by the
// offline builder, opened for reading alone, in a folder of the memory; no
// frequencies, norms, term vectors, document values or stored text; searches
// without scores, which then stop at the limit.
type scorch struct {
	folder   string
	builder  bleve.Builder
	rows     int
	index    bleve.Index
	reader   index.IndexReader
	document []uint32 // by Bleve's own number
}

func newScorch() (*scorch, error) {
	folder, err := os.MkdirTemp(inMemory(), "servent-words-")
	if err != nil {
		return nil, fmt.Errorf("bleve: %w", err)
	}
	s := &scorch{folder: folder}
	m, err := scorchMapping()
	if err == nil {
		const batch = 100_000 // documents; memory for speed
		s.builder, err = bleve.NewBuilder(s.path(), m, map[string]any{"batchSize": batch, "buildPathPrefix": folder})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bleve: %w", err), os.RemoveAll(folder))
	}
	return s, nil
}

// inMemory returns a folder of memory where there is one, or else "".
func inMemory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

func scorchMapping() (mapping.IndexMapping, error) {
	const analyzer = "words"
	m := bleve.NewIndexMapping()
	if err := m.AddCustomAnalyzer(analyzer, map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, err
	}
	text := bleve.NewTextFieldMapping()
	text.Analyzer = analyzer
	text.Store, text.IncludeInAll, text.IncludeTermVectors, text.DocValues = false, false, false, false
	text.SkipFreqNorm = true
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	m.DefaultMapping.AddFieldMappingsAt(field, text)
	m.DefaultAnalyzer = analyzer
	return m, nil
}

func (s *scorch) name() string { return "Bleve" }

func (s *scorch) path() string { return filepath.Join(s.folder, "index") }

func (s *scorch) add(doc document) error {
	err := s.builder.Index(strconv.Itoa(s.rows), map[string]any{field: strings.Join(doc.words(), " ")})
	if err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	s.rows++
	return nil
}

func (s *scorch) finish() error {
	if err := s.builder.Close(); err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	var err error
	if s.index, err = bleve.OpenUsing(s.path(), map[string]any{"read_only": true}); err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	inner, err := s.index.Advanced()
	if err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	if s.reader, err = inner.Reader(); err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	return s.number()
}

// number notes which document has which of Bleve's own numbers, so that all
// matches can be listed in tolerable time.
func (s *scorch) number() error {
	s.document = make([]uint32, s.rows)
	ids, err := s.reader.DocIDReaderAll()
	if err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	for {
		inner, err := ids.Next()
		if inner == nil || err != nil {
			return errors.Join(err, ids.Close())
		}
		id, err := s.reader.ExternalID(inner)
		if err != nil {
			return errors.Join(err, ids.Close())
		}
		if s.document[inner.Value()], err = documentOf(id); err != nil {
			return errors.Join(err, ids.Close())
		}
	}
}

func documentOf(id string) (uint32, error) {
	n, err := strconv.ParseUint(id, 10, 32)
	return uint32(n), err
}

// newScorchQuery is part of what is timed, as reading the expression is of FTS5.
func newScorchQuery(q *query) bquery.Query {
	terms := make([]bquery.Query, len(q.words))
	for i, w := range q.words {
		if w.Whole {
			term := bleve.NewTermQuery(w.Text)
			term.SetField(field)
			terms[i] = term
		} else {
			prefix := bleve.NewPrefixQuery(w.Text)
			prefix.SetField(field)
			terms[i] = prefix
		}
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return bleve.NewConjunctionQuery(terms...)
}

func (s *scorch) search(q *query, limit int, found []uint32) ([]uint32, error) {
	if limit == all {
		return s.searchAll(q, found)
	}
	request := bleve.NewSearchRequestOptions(newScorchQuery(q), limit, 0, false)
	request.Score = bleve.ScoreNone
	result, err := s.index.Search(request)
	if err != nil {
		return found, fmt.Errorf("bleve: %q: %w", q.criteria, err)
	}
	for _, hit := range result.Hits {
		n, err := documentOf(hit.ID)
		if err != nil {
			return found, fmt.Errorf("bleve: %q: %w", q.criteria, err)
		}
		found = append(found, n)
	}
	return found, nil
}

// searchAll asks the same query for Bleve's own numbers: a request for all
// would sort a million results.
func (s *scorch) searchAll(q *query, found []uint32) ([]uint32, error) {
	options := search.SearcherOptions{Score: bleve.ScoreNone}
	searcher, err := newScorchQuery(q).Searcher(context.Background(), s.reader, s.index.Mapping(), options)
	if err != nil {
		return found, fmt.Errorf("bleve: %q: %w", q.criteria, err)
	}
	pool := search.NewDocumentMatchPool(searcher.DocumentMatchPoolSize()+1, 0)
	ctx := &search.SearchContext{DocumentMatchPool: pool, IndexReader: s.reader}
	for {
		match, err := searcher.Next(ctx)
		if match == nil || err != nil {
			return found, errors.Join(err, searcher.Close())
		}
		found = append(found, s.document[match.IndexInternalID.Value()])
		pool.Put(match)
	}
}

// size returns the bytes of the files.
func (s *scorch) size() (int64, error) {
	var size int64
	err := filepath.WalkDir(s.path(), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("bleve: %w", err)
	}
	return size, nil
}

func (s *scorch) close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
	}
	if s.index != nil {
		err = errors.Join(err, s.index.Close())
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}
