package lesson

import (
	"regexp"
	"strings"
)

// french are the texts of all in French: of each lesson, its steps and what to look
// at there, as many and in the same order.
var french = []translation{
	frenchWhatTTLDoes, frenchWhyDuplicates, frenchRingMeetsItself, // frenchflooding.go
	frenchFloodOrWalk, frenchReplication, // frenchsearching.go
	frenchWhatLatencyDoes, frenchChurn, // frenchconditions.go
}

// frenchWords are the words around them.
var frenchWords = Words{
	Colon: noBreak + ":", Lesson: "Leçon", Name: "Nom", Date: "Date", Guess: typeset("D'abord, deviner"), Try: "Essayer", Look: "À observer",
	OwnWords: "La réponse à la question, avec vos propres mots", Exercise: "Exercice", Check: "Vérifier la réponse",
	Number: "N°", Time: "DURÉE", Title: "LEÇON", Measures: "ON MESURE", Run: typeset("en faire une : servent lab lesson 1 --lang fr"),
}

// A translation is the texts of a [Lesson] in another language. Figures are those
// that the commands print, with a comma for decimals and a space for thousands.
type translation struct {
	title, measures, question, guess string
	steps                            []translatedStep
	task, answer                     string
}

type translatedStep struct {
	what string
	look []string
}

// of returns l with its texts in French.
func (t *translation) of(l Lesson) Lesson {
	l.Title, l.Measures, l.Question, l.Guess = typeset(t.title), typeset(t.measures), typeset(t.question), typeset(t.guess)
	steps := make([]Step, len(l.Steps))
	for i, step := range l.Steps {
		step.What = typeset(t.steps[i].what)
		step.Look = nil
		for _, look := range t.steps[i].look {
			step.Look = append(step.Look, typeset(look))
		}
		steps[i] = step
	}
	l.Steps = steps
	l.Exercise.Task, l.Exercise.Answer = typeset(t.task), typeset(t.answer)
	return l
}

const (
	noBreak       = "\u00a0"
	narrowNoBreak = "\u202f"
)

var (
	thousands   = regexp.MustCompile(`(\d) (\d{3})\b`)
	punctuation = strings.NewReplacer(
		" :", noBreak+":", " ?", narrowNoBreak+"?", " !", narrowNoBreak+"!", " ;", narrowNoBreak+";",
		" %", noBreak+"%", "« ", "«"+noBreak, " »", noBreak+"»", "'", "’",
	)
)

// typeset returns text with the spaces that French typography does not break lines
// at, and its apostrophe.
func typeset(text string) string {
	return punctuation.Replace(thousands.ReplaceAllString(text, "$1"+narrowNoBreak+"$2"))
}
