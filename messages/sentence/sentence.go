// Package sentence holds what is said in English so that others can say it in their
// language: each sentence has a code, and values. It knows nothing of the rest, so that
// every floor may say something.
package sentence

import (
	"errors"
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
// in the order of their first places. That of {cause} may be a [Said], or an error
// with one in it, whose sentence is kept.
//
// Code and english are constants: a test of package servent reads them where Say
// and its like are called, and wants each code in the catalogues.
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
	if err, ok := value.(error); ok {
		s.Cause = In(err)
	}
	s.Values[name] = fmt.Sprint(value)
}

// Parts returns the English and the sentence, for the fields that tell them.
func (s Said) Parts() (string, *Sentence) { return s.Text, s.Sentence }

// In returns the sentence of the [Said] that err is or wraps; nil: there is none.
func In(err error) *Sentence {
	var said Said
	errors.As(err, &said)
	return said.Sentence
}

// Wrap returns an error that says said, and is err for [errors.Is] and [errors.As].
func Wrap(err error, said Said) error { return &wrapped{said, err} }

type wrapped struct {
	Said
	err error
}

func (w *wrapped) Unwrap() []error { return []error{w.Said, w.err} }
