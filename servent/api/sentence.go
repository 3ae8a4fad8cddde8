package api

import "servent/sentence"

// A Sentence is something that the servent says in English, for those who say it
// in another language: the catalogue of the page has a text for each code.
type Sentence = sentence.Sentence

// Said is something that was said: its English, and its sentence.
type Said = sentence.Said

// Say says a sentence: see [sentence.Say].
func Say(code, english string, values ...any) Said { return sentence.Say(code, english, values...) }
