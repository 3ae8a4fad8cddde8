package main

import (
	"flag"
	"io"
	"strconv"
	"strings"

	"servent/routing/lab/lesson"
	"servent/servent/api"
)

// Lessons returns the lessons for the page. What they can play is worked out once.
func (l labWeb) Lessons(language string) (api.LabLessons, error) {
	return l.books[lesson.In(language).Language](), nil
}

func (l labWeb) book(book *lesson.Book) api.LabLessons {
	told := api.LabLessons{Language: book.Language}
	for i := range book.Lessons {
		told.Lessons = append(told.Lessons, l.lesson(i+1, &book.Lessons[i]))
	}
	return told
}

func (l labWeb) lesson(number int, one *lesson.Lesson) api.LabLesson {
	told := api.LabLesson{
		Number: number, Name: one.Name, Title: one.Title, Minutes: one.Minutes, Measures: one.Measures,
		Question: one.Question, Guess: one.Guess, Task: one.Exercise.Task, Answer: one.Exercise.Answer,
	}
	for _, step := range one.Steps {
		told.Steps = append(told.Steps, api.LabStep{What: step.What, LabCommand: l.command(step.Command), Look: step.Look})
	}
	for _, command := range one.Exercise.Check {
		told.Check = append(told.Check, l.command(command))
	}
	return told
}

// command returns a command line with what asks the same of the page.
func (l labWeb) command(line string) api.LabCommand {
	told := api.LabCommand{Command: line, Request: labRequestOf(line)}
	if told.Request != nil {
		_, _, err := l.play(told.Request)
		told.Plays = err == nil && told.Request.Churn == ""
	}
	return told
}

// labRequestOf returns what asks the same as a command line, or nil where that is
// not "servent lab", or does more than a request can.
func labRequestOf(line string) *api.LabRequest {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "servent" || words[1] != "lab" {
		return nil
	}
	flags := flag.NewFlagSet("lab", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, f := range labVerb(&console{}).Flags {
		if f.Apply(flags) != nil {
			return nil
		}
	}
	if flags.Parse(words[2:]) != nil || flags.NArg() > 0 {
		return nil
	}
	request, whole := &api.LabRequest{}, true
	flags.Visit(func(f *flag.Flag) { whole = setLabRequest(request, f.Name, f.Value.String()) && whole })
	if !whole {
		return nil
	}
	return request
}

// setLabRequest sets the field of request that a flag is about, and reports
// whether there is one.
func setLabRequest(request *api.LabRequest, name, value string) bool {
	text := map[string]*string{
		"topology": &request.Topology, "dedup": &request.Dedup, "latency": &request.Latency, "loss": &request.Loss,
		"replicas": &request.Replicas, "sources": &request.Sources, "churn": &request.Churn, "ttl": &request.TTLs,
	}[name]
	number, err := strconv.Atoi(value)
	switch {
	case text != nil:
		*text = value
	case name == "strategy":
		request.Strategies = strings.Split(value, ",")
	case name == "queries" && err == nil:
		request.Queries = number
	case name == "runs" && err == nil:
		request.Runs = number
	case name == "seed" && err == nil:
		seed := int64(number)
		request.Seed = &seed
	default:
		return false
	}
	return true
}
