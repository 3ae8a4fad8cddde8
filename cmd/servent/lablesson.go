package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/lesson"
)

const labLessonHelp = `Example:
  servent lab lesson
  servent lab lesson 3

Lessons about searching without a server: each asks a question, runs the
commands that answer it, tells what to look at, and sets an exercise. Without N:
the list. Every computer prints the same figures: what the environment and the
configuration file set is left out. In French with --lang fr, or where LANG says
so. Worksheets for print are in docs/lessons.

Usage: servent lab lesson [N] [FLAGS]`

func labLessonVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "lesson",
		Usage:       "lessons, with a question, a result and an exercise",
		Description: labLessonHelp,
		Flags:       []cli.Flag{&cli.StringFlag{Name: "lang", Usage: "the language: `LANG` = en or fr (that of the environment)"}},
		Action: func(c *cli.Context) error {
			words := c.Args().Slice()
			book, err := lessonsIn(c.String("lang"))
			switch {
			case err != nil:
				return err
			case con.json:
				return usage("lab lesson has no --json: it is for reading, the commands that it shows have")
			case len(words) == 0:
				con.listLessons(book)
				return nil
			case len(words) > 1:
				return usage("lab lesson takes one number")
			}
			n, err := strconv.Atoi(words[0])
			if err != nil || n < 1 || n > len(book.Lessons) {
				return usage("lab lesson %s: there are lessons 1 to %d", words[0], len(book.Lessons))
			}
			return con.teach(c.Context, book, n)
		},
	}
}

// lessonsIn returns the lessons in a language, or in that of the environment.
func lessonsIn(language string) (*lesson.Book, error) {
	if language != "" && !slices.Contains(lesson.Languages, language) {
		return nil, usage("--lang %s: use one of %s", language, strings.Join(lesson.Languages, ", "))
	}
	return lesson.In(cmp.Or(language, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))), nil
}

// offerLessons offers the numbers of the lessons at TAB.
func offerLessons(_ context.Context, c *candidates, words []string) {
	for i, l := range lesson.In("en").Lessons {
		if len(words) == 0 {
			c.add(strconv.Itoa(i+1), l.Title)
		}
	}
}

// listLessons prints a line for each lesson.
func (con *console) listLessons(book *lesson.Book) {
	var rows [][]string
	for i, l := range book.Lessons {
		rows = append(rows, []string{strconv.Itoa(i + 1), l.Title, fmt.Sprintf("%d min", l.Minutes), l.Measures})
	}
	con.printTable([]string{book.Words.Number, book.Words.Title, book.Words.Time, book.Words.Measures}, 3, rows)
	con.say("%s", book.Words.Run)
}

// lessonWidth is how many columns the texts of a lesson have.
const lessonWidth = 78

// teach tells a lesson, and runs its commands.
func (con *console) teach(ctx context.Context, book *lesson.Book, number int) error {
	l, words := book.Lessons[number-1], &book.Words
	fmt.Fprintln(con.out, con.bold(fmt.Sprintf("%s %d%s %s", words.Lesson, number, words.Colon, l.Title)))
	con.paragraph("", l.Question)
	for _, step := range l.Steps {
		con.paragraph("", step.What)
		fmt.Fprintf(con.out, "\n$ %s\n", step.Command)
		if err := con.runLine(ctx, step.Command); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "\n%s\n", con.bold(words.Look))
		for _, look := range step.Look {
			con.paragraph("- ", look)
		}
	}
	fmt.Fprintf(con.out, "\n%s\n", con.bold(words.Exercise))
	con.paragraph("", l.Exercise.Task)
	fmt.Fprintf(con.out, "\n%s\n", con.bold(words.Check))
	for _, command := range l.Exercise.Check {
		fmt.Fprintf(con.out, "$ %s\n", command)
	}
	return nil
}

// paragraph prints text below an empty line, or as a point of a list.
func (con *console) paragraph(point, text string) {
	if point == "" {
		fmt.Fprintln(con.out)
	}
	lead := point
	for _, line := range wrap(text, lessonWidth-columns(point)) {
		fmt.Fprintln(con.out, lead+line)
		lead = strings.Repeat(" ", columns(point))
	}
}

// runLine carries out a command line of a lesson as if it were typed, but in this
// process, and without the settings of the environment and of the configuration
// file: they would change the figures.
func (con *console) runLine(ctx context.Context, command string) error {
	plain := &console{out: con.out, err: con.err, errTerminal: con.errTerminal}
	app := newApp(plain)
	words := strings.Fields(command)[1:]
	if con.quiet {
		words = append(words, "--quiet")
	}
	line := arrange(app, words)
	if line.err != nil {
		return line.err
	}
	if err := new(settled).take(app, &line, false); err != nil {
		return err
	}
	return app.RunContext(ctx, line.ordered())
}
