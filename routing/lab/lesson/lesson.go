// Package lesson holds the lessons of the lab as data: the question of each, the
// commands that answer it, what to look at in what they print, and an exercise.
// "servent lab lesson" tells them; the worksheets for print are made of them.
package lesson

// A Lesson is one of [All]. Its texts are plain sentences on one line, without
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

// All are the lessons, the first being number 1.
var All = []Lesson{whatTTLDoes, whyDuplicates, ringMeetsItself, floodOrWalk, replication, whatLatencyDoes, churn}
