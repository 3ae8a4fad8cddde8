package api

import "servent/messages/sentence"

// A Sentence is something that the servent says in English, for those who say it
// in another language: the catalogue of the page has a text for each code.
type Sentence = sentence.Sentence

// Said is something that was said: its English, and its sentence.
type Said = sentence.Said

// Say says a sentence: see [sentence.Say].
func Say(code, english string, values ...any) Said { return sentence.Say(code, english, values...) }

// Wrap returns an error that says said, and is err: see [sentence.Wrap].
func Wrap(err error, said Said) error { return sentence.Wrap(err, said) }

// SentenceIn returns the sentence in err, or nil: see [sentence.In].
func SentenceIn(err error) *Sentence { return sentence.In(err) }
