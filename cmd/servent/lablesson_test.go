package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/routing/lab/lesson"
)

// lessonsDir is where the worksheets are.
const lessonsDir = "../../docs/lessons"

// output returns what a command line of a lesson prints.
func output(t *testing.T, command string) string {
	t.Helper()
	var out, talk bytes.Buffer
	con := newConsole(&out, &talk)
	if err := con.runLine(context.Background(), command); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// shown fails t for figures of a text that are not in what commands print.
func shown(t *testing.T, number int, figures []string, printed string) {
	t.Helper()
	for _, figure := range figures {
		if !strings.Contains(printed, figure) {
			t.Errorf("lesson %d speaks of %q, which its command does not print:\n%s", number, figure, printed)
		}
	}
}

// line is room to write on.
const line = "______________________________________________________________________"

// room is so many lines, as Markdown.
func room(lines int) string { return block("    ", strings.Repeat(line+"\n\n", lines)) }

// block returns what stands as it is, as Markdown.
func block(indent, text string) string {
	var out strings.Builder
	for l := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		if l != "\n" {
			out.WriteString(indent)
		}
		out.WriteString(l)
	}
	return out.String() + "\n"
}

// worksheet returns a lesson for print.
func worksheet(t *testing.T, number int, l lesson.Lesson) string {
	var page strings.Builder
	fmt.Fprintf(&page, "# Lesson %d: %s\n\nName: %s Date: %s\n\n%s\n\n", number, l.Title,
		line[:30], line[:12], l.Question)
	fmt.Fprintf(&page, "## Guess first\n\n%s\n\n%s", l.Guess, room(3))
	fmt.Fprintf(&page, "## Try it\n\n")
	for _, step := range l.Steps {
		printed := output(t, step.Command)
		shown(t, number, step.Shows, printed)
		fmt.Fprintf(&page, "%s\n\n%sWhat to look at:\n\n", step.What, block("    ", "$ "+step.Command+"\n"+printed))
		for _, look := range step.Look {
			fmt.Fprintf(&page, "- %s\n", look)
		}
		page.WriteString("\n")
	}
	fmt.Fprintf(&page, "The answer to the question, in your own words:\n\n%s", room(4))
	fmt.Fprintf(&page, "## Exercise\n\n%s\n\n%s", l.Exercise.Task, room(6))
	fmt.Fprintf(&page, "Check your answer:\n\n%s", block("    ", "$ "+strings.Join(l.Exercise.Check, "\n$ ")))
	return strings.TrimRight(page.String(), "\n") + "\n"
}

// worksheetFile names the file of a lesson.
func worksheetFile(number int, l lesson.Lesson) string {
	return fmt.Sprintf("%d-%s.md", number, l.Name)
}

const lessonsIntro = `# Lessons

For teachers. Each lesson asks a question about searching without a server, and
answers it with an experiment: "servent lab lesson 1" tells it on the screen, its
worksheet is for print. The figures are measured when the command runs, by the
routing code of a real servent; they are the same on every computer.

What is needed: one computer with servent and a projector, or one for every two
students; no network, no account, no rights of an administrator. Each command
takes a few seconds. Letters are as large as the terminal's font; for charts, add
"--plot chart.svg" to a command and open the file in a browser: the lines differ
by dashes and markers, not only by colours.

How a lesson goes: everybody writes down a guess, then the command is run, then
the class looks for what the worksheet points at, then the exercise, first with
pencil and paper. The last command of a worksheet shows its answer.

`

// teachersPage returns the index of the lessons, with the answers.
func teachersPage(t *testing.T) string {
	var page strings.Builder
	page.WriteString(lessonsIntro)
	total := 0
	page.WriteString("| | Lesson | Minutes | What students measure |\n|---|---|---|---|\n")
	for i, l := range lesson.All {
		fmt.Fprintf(&page, "| %d | [%s](%s) | %d | %s |\n", i+1, l.Title, worksheetFile(i+1, l), l.Minutes, l.Measures)
		total += l.Minutes
	}
	fmt.Fprintf(&page, "\nTogether %d minutes. Lessons 1 to 3 build on each other; each of the others\nneeds lesson 1 only.\n\n## Answers to the exercises\n\n", total)
	for i, l := range lesson.All {
		fmt.Fprintf(&page, "%d. %s\n\n", i+1, l.Exercise.Answer)
		printed := ""
		for _, command := range l.Exercise.Check {
			text := output(t, command)
			printed += text
			page.WriteString(block("       ", "$ "+command+"\n"+text))
		}
		shown(t, i+1, l.Exercise.Shows, printed)
	}
	return strings.TrimRight(page.String(), "\n") + "\n"
}

// TestLessons: the worksheets are what the lessons print. go test -rewrite renews
// them.
func TestLessons(t *testing.T) {
	dir, err := filepath.Abs(lessonsDir)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // some commands write files
	want := map[string]string{"README.md": teachersPage(t)}
	for i, l := range lesson.All {
		want[worksheetFile(i+1, l)] = worksheet(t, i+1, l)
	}
	if *rewrite {
		for file, text := range want {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if want[file.Name()] == "" {
			t.Errorf("%s is the worksheet of no lesson", file.Name())
		}
	}
	for file, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != text {
			t.Errorf("%s is not what the lesson says (%v), renew it: go test ./cmd/servent -run TestLessons -rewrite\ngot:\n%s\nwant:\n%s", file, err, got, text)
		}
	}
}

// TestLesson: the verb tells every lesson, with what its commands print, whatever
// the environment sets.
func TestLesson(t *testing.T) {
	t.Setenv("SERVENT_LAB_SEED", "77")
	t.Setenv("SERVENT_LAB_TTL", "9")
	for i, l := range lesson.All {
		var out, talk bytes.Buffer
		if exit := run([]string{"lab", "lesson", fmt.Sprint(i + 1), "--home", t.TempDir()}, &out, &talk); exit != exitDone {
			t.Fatalf("lesson %d ends with %d: %s", i+1, exit, talk.String())
		}
		for _, want := range append([]string{l.Title, "Exercise"}, l.Exercise.Check...) {
			if !strings.Contains(out.String(), want) {
				t.Errorf("lesson %d does not say %q", i+1, want)
			}
		}
		prose := out.String()
		for _, step := range l.Steps {
			printed := "$ " + step.Command + "\n" + output(t, step.Command)
			if !strings.Contains(prose, printed) {
				t.Errorf("lesson %d prints\n%s\nwant in it\n%s", i+1, out.String(), printed)
			}
			prose = strings.Replace(prose, printed, "", 1)
		}
		for l := range strings.Lines(prose) {
			if columns(l) > 80 && !strings.HasPrefix(l, "$ ") {
				t.Errorf("lesson %d: %d columns: %s", i+1, columns(l), l)
			}
		}
	}
}

func TestLessonUsage(t *testing.T) {
	for _, args := range [][]string{{"0"}, {fmt.Sprint(len(lesson.All) + 1)}, {"one"}, {"1", "2"}, {"1", "--json"}} {
		if exit := run(append([]string{"lab", "lesson", "--home", t.TempDir()}, args...), io.Discard, io.Discard); exit != exitUsage {
			t.Errorf("lab lesson %q ends with %d, want %d", args, exit, exitUsage)
		}
	}
	var out bytes.Buffer
	if exit := run([]string{"lab", "lesson", "--home", t.TempDir()}, &out, io.Discard); exit != exitDone {
		t.Errorf("lab lesson ends with %d", exit)
	}
	for _, l := range lesson.All {
		if !strings.Contains(out.String(), l.Title) {
			t.Errorf("the list lacks %q:\n%s", l.Title, out.String())
		}
	}
}
