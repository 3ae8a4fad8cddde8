// Package lesson holds the lessons of the lab as data, in English and in French: the
// question of each, the commands that answer it, what to look at in what they print,
// and an exercise. "servent lab lesson" tells them; the worksheets for print are made
// of them.
package lesson

import "strings"

// A Lesson is one of a [Book]. Its texts are plain sentences on one line, without
// markup.
type Lesson struct {
	Name     string // of its worksheet, as a file: what-ttl-does
	Title    string
	Minutes  int    // how long it takes with a class
	Measures string // what students read off
	Question string
	Guess    string // what to write down before the first command
	Steps    []Step
	Exercise Exercise
}

// A Step is a command, and what its result shows.
type Step struct {
	What    string   // is tried
	Command string   // with its program: servent lab --topology ring:12
	Look    []string // at what, and why it is so
	Shows   []string // figures of Look that the command has to print
}

// An Exercise is to be done without the computer first.
type Exercise struct {
	Task   string
	Check  []string // commands that show the answer
	Answer string   // for the teacher
	Shows  []string // figures of Answer that the commands have to print
}

// all are the lessons in English, the first being number 1.
var all = []Lesson{whatTTLDoes, whyDuplicates, ringMeetsItself, floodOrWalk, replication, whatLatencyDoes, churn}

// A Book is the lessons in one language.
type Book struct {
	Language string   // en or fr
	Lessons  []Lesson // the first being number 1
	Words    Words
}

// Words are what stands around the texts of lessons.
type Words struct {
	Lesson, Name, Date, Guess, Try, Look, OwnWords, Exercise, Check string
	Colon                                                           string // with the space before it

	Number, Title, Time, Measures string // of the list of lessons
	Run                           string // how to run one
}

var (
	english = Book{"en", all, Words{
		Colon: ":", Lesson: "Lesson", Name: "Name", Date: "Date", Guess: "Guess first", Try: "Try it", Look: "What to look at",
		OwnWords: "The answer to the question, in your own words", Exercise: "Exercise", Check: "Check your answer",
		Number: "N", Title: "LESSON", Time: "TIME", Measures: "MEASURES", Run: "run one: servent lab lesson 1",
	}}
	inFrench = Book{"fr", translated(), frenchWords}
)

// translated returns all lessons in French.
func translated() []Lesson {
	lessons := make([]Lesson, len(all))
	for i := range all {
		lessons[i] = french[i].of(all[i])
	}
	return lessons
}

// Languages are those of [In].
var Languages = []string{"en", "fr"}

// In returns the lessons in a language, as en, fr, or what a locale begins with:
// fr_CH.UTF-8. Those of another one are in English.
func In(language string) *Book {
	if language, _, _ := strings.Cut(strings.ToLower(language), "_"); language == "fr" || strings.HasPrefix(language, "fr-") || strings.HasPrefix(language, "fr.") {
		return &inFrench
	}
	return &english
}
