package servent

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"servent/servent/api"
	"servent/share/words"
)

// ParseQuery reads a query as a user types it: see [Query] for the language.
// What is no filter is words, so that a name with colons and dashes in it can
// be pasted. It returns a [*QueryError] for a filter that cannot be understood,
// for one by which nothing can match, and for a query that has no word to send.
func ParseQuery(text string) (Query, error) {
	p := queryParser{text: text}
	if len(text) > maxQueryText {
		p.at = len(text)
		return Query{}, p.wrong(0, "query.long", "a query takes at most {most} bytes: use fewer words", maxQueryText)
	}
	for p.skipSpace(); p.at < len(text); p.skipSpace() {
		if err := p.term(); err != nil {
			return Query{}, err
		}
	}
	if err := p.end(); err != nil {
		return Query{}, err
	}
	return p.query, nil
}

// maxQueryText is the longest query that is read, in bytes: its filters stay
// here, and so it may be longer than what is sent.
const maxQueryText = 4 << 10

// A queryParser reads one query.
type queryParser struct {
	text   string
	at     int // what is before it is read
	query  Query
	sent   []string   // the words to send
	wanted []phrase   // of each term whose words are to be there
	bars   []excluded // by word or phrase
	listed []string   // the extensions of all type:
	barred *QueryError
}

// An excluded phrase is a term of the query, as it stands in the text.
type excluded struct {
	phrase
	wrong *QueryError // what to say where it bars all that is asked for
}

// The names of the filters, each with its colon.
const (
	keyNot  = "not:"
	keyType = "type:"
	keySize = "size:"
)

// otherKeys is what filters are called elsewhere, or by a slip of the finger.
var otherKeys = map[string]string{
	"ext": keyType, "extension": keyType, "filetype": keyType, "kind": keyType, "tpye": keyType, "typ": keyType, "types": keyType,
	"filesize": keySize, "siz": keySize, "sizes": keySize, "larger": keySize + ">", "smaller": keySize + "<",
	"exclude": keyNot, "without": keyNot,
}

func isSpace(r rune) bool { return unicode.IsSpace(r) }

// isQuote reports whether r opens or closes a phrase: a word processor may have
// turned the typewriter's quotation mark.
func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' }

func (p *queryParser) skipSpace() {
	p.at = len(p.text) - len(strings.TrimLeftFunc(p.text[p.at:], isSpace))
}

// wrong says that the part of the text from an offset to where the parser is
// has to be written otherwise.
func (p *queryParser) wrong(from int, code, english string, values ...any) *QueryError {
	wrong := &QueryError{Text: p.text, Offset: from, Length: p.at - from}
	wrong.Reason, wrong.Sentence = api.Say(code, english, values...).Parts()
	return wrong
}

// takeKey passes over key, in any case, if it comes next.
func (p *queryParser) takeKey(key string) bool {
	rest := p.text[p.at:]
	if len(rest) < len(key) || !strings.EqualFold(rest[:len(key)], key) {
		return false
	}
	p.at += len(key)
	return true
}

// takeDash passes over a dash that excludes: a single one before a word or a
// phrase. Others are part of names.
func (p *queryParser) takeDash() bool {
	if p.text[p.at] != '-' || p.at+1 == len(p.text) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(p.text[p.at+1:])
	if !isQuote(next) && !unicode.IsLetter(next) && !unicode.IsDigit(next) {
		return false
	}
	p.at++
	return true
}

// value reads what stands up to the next space, or between quotation marks.
func (p *queryParser) value() (text string, quoted bool, err *QueryError) {
	begin := p.at
	first, size := utf8.DecodeRuneInString(p.text[begin:])
	if !isQuote(first) {
		length := strings.IndexFunc(p.text[begin:], isSpace)
		if length < 0 {
			length = len(p.text) - begin
		}
		p.at += length
		return p.text[begin:p.at], false, nil
	}
	begin += size
	length := strings.IndexFunc(p.text[begin:], isQuote)
	if length < 0 {
		open := p.at
		p.at = len(p.text)
		return "", true, p.wrong(open, "query.quote", "the quotation mark has no second one: write \"red hat\", or leave it out")
	}
	_, size = utf8.DecodeRuneInString(p.text[begin+length:])
	p.at = begin + length + size
	return p.text[begin : begin+length], true, nil
}

// term reads one word, phrase or filter.
func (p *queryParser) term() *QueryError {
	begin := p.at
	not := p.takeDash() || p.takeKey(keyNot)
	switch {
	case p.takeKey(keyType):
		return p.typed(begin, not)
	case p.takeKey(keySize):
		return p.sizes(begin, not)
	}
	text, quoted, err := p.value()
	if err != nil {
		return err
	}
	if not {
		return p.exclude(begin, text, quoted)
	}
	if key, rest, ok := strings.Cut(text, ":"); ok && rest != "" && !quoted {
		if ours := otherKeys[strings.ToLower(key)]; ours != "" {
			return p.wrong(begin, "query.key", "there is no {key}: in a query, write {ours}; or put it in quotation marks to search for the words", key, ours+rest)
		}
	}
	said := phraseOf(text, quoted)
	if len(said) == 0 {
		if quoted {
			return p.wrong(begin, "query.empty-quote", "there is no word between the quotation marks: write \"red hat\", or leave them out")
		}
		return nil // a dash between two words, say
	}
	p.sent = append(p.sent, printable(text))
	p.wanted = append(p.wanted, said)
	if quoted {
		p.query.must = append(p.query.must, said)
	}
	return nil
}

// printable returns text for the wire: a NUL would end it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// exclude takes a word or a phrase that is not to be there.
func (p *queryParser) exclude(begin int, text string, quoted bool) *QueryError {
	if !quoted && len(text) >= len(keyNot) && strings.EqualFold(text[:len(keyNot)], keyNot) {
		return p.wrong(begin, "query.twice", "excluded twice: write not:{text}", text[len(keyNot):])
	}
	said := phraseOf(text, quoted)
	if len(said) == 0 {
		return p.wrong(begin, "query.not", "not: has no word right behind it: write not:beta or not:\"red hat\"")
	}
	p.query.mustNot = append(p.query.mustNot, said)
	p.bars = append(p.bars, excluded{said, p.wrong(begin, "query.barred", "it is asked for too: nothing can match")})
	return nil
}

// bar returns what to say where every file that is asked for is excluded.
func (p *queryParser) bar() *QueryError {
	for _, e := range p.bars {
		among := p.wanted
		if len(e.phrase) > 1 {
			among = p.query.must // of words without quotes the order is not asked for
		}
		if slices.ContainsFunc(among, e.isImpliedBy) {
			return e.wrong
		}
	}
	allowed := func(ext string) bool { return !endsIn("."+ext, p.query.notTypes) }
	if len(p.listed) > 0 && !slices.ContainsFunc(p.listed, allowed) {
		return p.barred
	}
	return nil
}

// isImpliedBy reports whether p stands wherever wanted stands.
func (p phrase) isImpliedBy(wanted phrase) bool {
	for i := range len(wanted) - len(p) + 1 {
		implied := true
		for j, w := range p {
			other := wanted[i+j]
			implied = implied && w.Matches(other.Text) && (other.Whole || !w.Whole)
		}
		if implied {
			return true
		}
	}
	return false
}

// typed takes the value of a type:.
func (p *queryParser) typed(begin int, not bool) *QueryError {
	open := p.at
	text, quoted, err := p.value()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return p.wrong(begin, "query.no-type", "type: has nothing right behind it: write an extension, as type:iso, or a kind: {kinds}", strings.Join(Kinds(), ", "))
	}
	list, err := parseTypes(text)
	if err != nil {
		if quoted {
			_, size := utf8.DecodeRuneInString(p.text[open:])
			open += size
		}
		err.Text, err.Offset = p.text, err.Offset+open
		return err
	}
	if not {
		p.query.notTypes = append(p.query.notTypes, list...)
		p.barred = p.wrong(begin, "query.types-barred", "all types that are asked for are excluded too: nothing can match")
	} else {
		p.listed = append(p.listed, list...)
	}
	return nil
}

// sizes takes the value of a size:.
func (p *queryParser) sizes(begin int, not bool) *QueryError {
	if not {
		text, _, _ := p.value()
		return p.wrong(begin, "query.not-size", "a size is not excluded: write size: with the sizes that are wanted, as size:>500M or size:1M..2G in place of size:{text}", text)
	}
	open := p.at
	text, _, err := p.value()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return p.wrong(begin, "query.no-size", "size: has nothing right behind it: write size:>500M, size:<4GiB or size:1M..2G")
	}
	wanted, cause := parseSizeRange(strings.TrimSpace(text))
	if cause != nil {
		return p.wrong(open, "query.size", "size: {cause}", Because(cause))
	}
	if p.query.size != nil {
		wanted = wanted.within(*p.query.size)
	}
	if wanted.empty() {
		return p.wrong(begin, "query.sizes-barred", "no file has such a size: nothing can match")
	}
	p.query.size = &wanted
	return nil
}

// end completes the query once everything is read.
func (p *queryParser) end() *QueryError {
	p.query.criteria = strings.Join(p.sent, " ")
	if len(p.listed) > 0 {
		p.query.types = [][]string{p.listed}
	}
	if len(p.wanted) > 0 {
		p.keepLong()
		return p.bar()
	}
	if p.query.HasFilters() {
		return p.wrong(0, "query.filters", "there is no word to ask others for, only filters: give at least one word that the files have")
	}
	return p.wrong(0, "query.no-word", "{text} has no letter and no digit in it: give at least one word", strconv.Quote(p.text))
}

// keepLong has the searcher look for all words of a query that has more than
// others look at.
func (p *queryParser) keepLong() {
	var all []phrase
	for _, said := range p.wanted {
		for _, w := range said {
			all = append(all, phrase{w})
		}
	}
	if len(all) > words.MaxQuery {
		p.query.must = append(p.query.must, all...)
	}
}
