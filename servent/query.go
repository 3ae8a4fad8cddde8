package servent

import (
	"slices"
	"strconv"
	"strings"

	"servent/messages"
	"servent/servent/api"
	"servent/share/words"
)

// A Query is what a search asks for: words, which are sent, and filters, which
// the searcher applies to what comes back. [ParseQuery] reads one. It never
// changes; the zero Query lets everything pass.
//
//	linux 9          files that have every word in their name, their folders or
//	                 their tags; one of three letters and more begins a word there,
//	                 a shorter one equals one
//	"red hat"        these whole words, one behind the other
//	not:beta -beta   no word that beta would find; not:"red hat" and not:type:exe too
//	type:iso,img     names that end in .iso or .img; a kind is all its extensions:
//	                 see [Kinds]. Several type: widen each other
//	size:>500M       also >=, <, <=, 1M..2G, 1M.., ..2G, and 700MiB, which is
//	                 every size that is written so. Several size: narrow each other
//
// What is said of names, folders and tags is said of each result by itself:
// where one content is shared under several names, a hit has those names that
// pass, and their sources. The words of a phrase lie in one name, one folder or
// one tag. Case, accents and Unicode's forms do not matter; see package words.
type Query struct {
	criteria string
	must     []phrase // each is said
	mustNot  []phrase // none is said
	types    [][]string
	notTypes []string
	size     *sizeRange // nil: any
	content  *wanted    // nil: any; else a root, a SHA-1 and a size, each unless it is not known
}

// A phrase is words that stand one behind the other.
type phrase []words.Word

// A QueryError says which part of a query is wrong. To the callers of the API
// it is an [*api.Error] of [api.CodeUsage]: [errors.As] finds both.
type QueryError struct {
	Text           string        // that was read: the query, or what a flag says
	Offset, Length int           // of the wrong part in Text, in bytes
	Reason         string        // what is wrong with it, and what to write instead
	Sentence       *api.Sentence // of Reason
}

func (e *QueryError) Error() string { return "search: " + e.Reason }

// As lets errors.As take e for an [*api.Error], which counts in characters.
func (e *QueryError) As(target any) bool {
	told, ok := target.(**api.Error)
	if !ok {
		return false
	}
	*told = api.FailAs(api.CodeUsage, api.Said{Text: e.Error(), Sentence: e.Sentence})
	if e.Length > 0 {
		(*told).Query = e.Text
		(*told).At = 1 + len([]rune(e.Text[:e.Offset]))
		(*told).Length = len([]rune(e.Text[e.Offset : e.Offset+e.Length]))
	}
	return true
}

// Words returns what is sent: the words of the query and of its phrases, as
// they were typed, without the filters.
func (q Query) Words() string { return q.criteria }

// HasFilters reports whether the searcher may drop results that have the words.
func (q Query) HasFilters() bool {
	return len(q.must)+len(q.mustNot)+len(q.types)+len(q.notTypes) > 0 || q.size != nil
}

// QueryOf returns what req asks for, its words and its filter together. Its
// errors are those of [ParseQuery], of the text that is wrong.
func QueryOf(req api.SearchRequest) (Query, error) {
	q, err := ParseQuery(req.Words)
	if err != nil {
		return Query{}, err
	}
	if text := req.Filter.Type; text != "" {
		list, err := parseTypes(text)
		if err != nil {
			err.Text = text
			return Query{}, err
		}
		q.types = append(q.types, list)
	}
	flags := anySize
	flags.least = max(0, req.Filter.MinSize)
	if req.Filter.MaxSize > 0 {
		flags.most = req.Filter.MaxSize
	}
	if flags == anySize {
		return q, nil
	}
	if q.size != nil {
		flags = flags.within(*q.size)
	}
	if flags.empty() {
		wrong := &QueryError{Text: req.Words}
		wrong.Reason, wrong.Sentence = api.Say("query.sizes", "no size is above the least and below the most that are asked for: nothing can match").Parts()
		return Query{}, wrong
	}
	q.size = &flags
	return q, nil
}

// passes reports whether the filters want the file.
func (q Query) passes(info messages.FileInfo) bool {
	if q.content != nil && !q.content.isToldBy(info) {
		return false
	}
	if q.size != nil && !q.size.has(int64(info.Size)) {
		return false
	}
	if !q.passesTypes(info.Name) {
		return false
	}
	if len(q.must)+len(q.mustNot) == 0 {
		return true
	}
	said := textsOf(info)
	return !slices.ContainsFunc(q.must, func(p phrase) bool { return !p.isIn(said) }) &&
		!slices.ContainsFunc(q.mustNot, func(p phrase) bool { return p.isIn(said) })
}

// passesTypes reports whether the types want a file of that name.
func (q Query) passesTypes(name string) bool {
	if len(q.types)+len(q.notTypes) == 0 {
		return true
	}
	name = words.Fold(name)
	for _, list := range q.types {
		if !endsIn(name, list) {
			return false
		}
	}
	return !endsIn(name, q.notTypes)
}

// endsIn reports whether name ends in a dot and one of the extensions; both
// are folded.
func endsIn(name string, extensions []string) bool {
	return slices.ContainsFunc(extensions, func(ext string) bool {
		before, ok := strings.CutSuffix(name, ext)
		return ok && strings.HasSuffix(before, ".")
	})
}

// textsOf returns the words of all that a result says: its name, each of its
// folders and each of its tags.
func textsOf(info messages.FileInfo) [][]string {
	texts := [][]string{words.Of(info.Name)}
	if info.Path != "" {
		for folder := range strings.SplitSeq(info.Path, "/") {
			texts = append(texts, words.Of(folder))
		}
	}
	for _, tag := range info.Tags {
		texts = append(texts, words.Of(tag))
	}
	return texts
}

// isIn reports whether the phrase stands in one of the texts.
func (p phrase) isIn(texts [][]string) bool {
	return slices.ContainsFunc(texts, func(text []string) bool {
		for i := range len(text) - len(p) + 1 {
			if p.begins(text[i:]) {
				return true
			}
		}
		return false
	})
}

func (p phrase) begins(text []string) bool {
	for i, w := range p {
		if !w.Matches(text[i]) {
			return false
		}
	}
	return true
}

// phraseOf returns the words of text in their order. Those that were quoted
// are whole; others match as the words of a search do.
func phraseOf(text string, quoted bool) phrase {
	var p phrase
	for _, word := range words.Of(text) {
		w := words.Word{Text: word, Whole: true}
		if parsed, err := words.Parse(word); err == nil && !quoted {
			w.Whole = parsed.Words()[0].Whole
		}
		p = append(p, w)
	}
	return p
}

// parseTypes reads what may stand behind type: and returns the extensions,
// folded. The error's place is that in text.
func parseTypes(text string) ([]string, *QueryError) {
	var list []string
	at := 0
	for word := range strings.SplitSeq(text, ",") {
		ext := strings.TrimSpace(word)
		ext = strings.TrimPrefix(strings.TrimPrefix(ext, "*"), ".")
		ext = words.Fold(ext)
		if ext == "" || strings.ContainsAny(ext, `/\*?"`) || strings.ContainsFunc(ext, isSpace) {
			wrong := &QueryError{Text: text, Offset: at, Length: len(word)}
			wrong.Reason, wrong.Sentence = api.Say("query.type", "{text} is no type of file: write an extension, as iso, or a kind: {kinds}", strconv.Quote(word), strings.Join(Kinds(), ", ")).Parts()
			if word == "" { // point at all of it
				wrong.Offset, wrong.Length = 0, len(text)
			}
			return nil, wrong
		}
		list = append(list, extensionsOf(ext)...)
		at += len(word) + 1
	}
	return list, nil
}
