package api

import (
	"fmt"
	"strings"
)

// A Sentence is something that the servent says in English, for those who say it
// in another language: the catalogue of the page has a text for each code.
type Sentence struct {
	Code   string            `json:"code"`             // as "firewall.off"; it stays where the English changes
	Values map[string]string `json:"values,omitempty"` // what stands in it, by name
	Cause  *Sentence         `json:"cause,omitempty"`  // of the value "cause", where that is a sentence too
}

// Said is something that was said: its English, and its sentence; nil: there are
// only the English words, as of the system or of a peer. It is an error too, for
// what went wrong.
type Said struct {
	Text     string
	Sentence *Sentence
}

func (s Said) Error() string { return s.Text }

// Say says a sentence. English has {names} where the values stand, which are given
// in the order of their first places. That of {cause} may be a [Said], whose sentence
// is kept.
//
// Code and english are constants: a test of package servent reads them where Say,
// [Fail] and their like are called, and wants each code in the catalogues.
func Say(code, english string, values ...any) Said {
	s := &Sentence{Code: code}
	var text strings.Builder
	for rest := english; ; {
		before, after, found := strings.Cut(rest, "{")
		text.WriteString(before)
		if !found {
			return Said{text.String(), s}
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		if _, known := s.Values[name]; !known && len(values) > 0 {
			s.set(name, values[0])
			values = values[1:]
		}
		text.WriteString(s.Values[name])
	}
}

func (s *Sentence) set(name string, value any) {
	if s.Values == nil {
		s.Values = map[string]string{}
	}
	if said, ok := value.(Said); ok {
		s.Cause = said.Sentence
	}
	s.Values[name] = fmt.Sprint(value)
}

// Parts returns the English and the sentence, for the fields that tell them.
func (s Said) Parts() (string, *Sentence) { return s.Text, s.Sentence }
