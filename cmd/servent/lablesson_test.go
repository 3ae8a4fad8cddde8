package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"servent/routing/lab/lesson"
)

// lessonsDir is where the worksheets are.
const lessonsDir = "../../docs/lessons"

// outputs are what command lines have printed: the same each time, whatever the
// language of the lesson.
var outputs = map[string]string{}

// output returns what a command line of a lesson prints.
func output(t *testing.T, command string) string {
	t.Helper()
	if text, known := outputs[command]; known {
		return text
	}
	var out, talk bytes.Buffer
	con := newConsole(&out, &talk)
	if err := con.runLine(context.Background(), command); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	outputs[command] = strings.TrimRight(out.String(), "\n") + "\n"
	return outputs[command]
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
func worksheet(t *testing.T, book *lesson.Book, number int) string {
	l, words := book.Lessons[number-1], &book.Words
	var page strings.Builder
	fmt.Fprintf(&page, "# %s %d%s %s\n\n%s%s %s %s%s %s\n\n%s\n\n", words.Lesson, number, words.Colon, l.Title,
		words.Name, words.Colon, line[:30], words.Date, words.Colon, line[:12], l.Question)
	fmt.Fprintf(&page, "## %s\n\n%s\n\n%s", words.Guess, l.Guess, room(3))
	fmt.Fprintf(&page, "## %s\n\n", words.Try)
	for _, step := range l.Steps {
		printed := output(t, step.Command)
		shown(t, number, step.Shows, printed)
		fmt.Fprintf(&page, "%s\n\n%s%s%s\n\n", step.What, block("    ", "$ "+step.Command+"\n"+printed), words.Look, words.Colon)
		for _, look := range step.Look {
			fmt.Fprintf(&page, "- %s\n", look)
		}
		page.WriteString("\n")
	}
	fmt.Fprintf(&page, "%s%s\n\n%s", words.OwnWords, words.Colon, room(4))
	fmt.Fprintf(&page, "## %s\n\n%s\n\n%s", words.Exercise, l.Exercise.Task, room(6))
	fmt.Fprintf(&page, "%s%s\n\n%s", words.Check, words.Colon, block("    ", "$ "+strings.Join(l.Exercise.Check, "\n$ ")))
	return strings.TrimRight(page.String(), "\n") + "\n"
}

// worksheetFile names the file of a lesson.
func worksheetFile(number int, l lesson.Lesson) string {
	return fmt.Sprintf("%d-%s.md", number, l.Name)
}

// A teachersGuide is what stands around the list of lessons, in one language.
type teachersGuide struct {
	intro, table string
	rest         string // with the minutes of all lessons
}

var teachersGuides = map[string]teachersGuide{
	"en": {
		intro: `# Lessons

For teachers (en français : [fr/README.md](fr/README.md)). Each lesson asks a
question about searching without a server, and answers it with an experiment:
"servent lab lesson 1" tells it on the screen, its worksheet is for print. The
figures are measured when the command runs, by the routing code of a real
servent; they are the same on every computer.

What is needed: one computer with servent and a projector, or one for every two
students; no network, no account, no rights of an administrator. Each command
takes a few seconds. Letters are as large as the terminal's font; for charts, add
"--plot chart.svg" to a command and open the file in a browser: the lines differ
by dashes and markers, not only by colours. "servent lab --web" shows the same
searches hop by hop in a browser, with the lessons beside.

How a lesson goes: everybody writes down a guess, then the command is run, then
the class looks for what the worksheet points at, then the exercise, first with
pencil and paper. The last command of a worksheet shows its answer.

`,
		table: "| | Lesson | Minutes | What students measure |\n",
		rest:  "\nTogether %d minutes. Lessons 1 to 3 build on each other; each of the others\nneeds lesson 1 only.\n\n## Answers to the exercises\n\n",
	},
	"fr": {
		intro: `# Leçons

Pour les enseignants (in English: [../README.md](../README.md)). Chaque leçon pose
une question sur la recherche sans serveur et y répond par une expérience :
« servent lab lesson 1 --lang fr » la raconte à l’écran, sa fiche est à imprimer.
Les chiffres sont mesurés quand la commande s’exécute, par le code de routage d’un
vrai servent ; ils sont les mêmes sur tous les ordinateurs. Les tableaux de la
commande sont en anglais ; les textes disent ce que signifient leurs colonnes.

Ce qu’il faut : un ordinateur avec servent et un projecteur, ou un ordinateur pour
deux élèves ; ni réseau, ni compte, ni droits d’administrateur. Chaque commande
prend quelques secondes. Les lettres ont la taille de la police du terminal ; pour
un graphique, ajoutez « --plot graphique.svg » à une commande et ouvrez le fichier
dans un navigateur : les courbes se distinguent par leurs tirets et leurs marques,
pas seulement par leurs couleurs. « servent lab --web » montre les mêmes recherches
saut par saut dans un navigateur, avec les leçons à côté.

Déroulement d’une leçon : chacun note ce qu’il devine, puis on exécute la commande,
puis la classe cherche ce que la fiche signale, enfin l’exercice, d’abord avec du
papier et un crayon. La dernière commande d’une fiche en montre la réponse.

`,
		table: "| | Leçon | Minutes | Ce que les élèves mesurent |\n",
		rest:  "\nEn tout %d minutes. Les leçons 1 à 3 se suivent ; chacune des autres ne demande que\nla leçon 1.\n\n## Réponses aux exercices\n\n",
	},
}

// teachersPage returns the index of the lessons, with the answers.
func teachersPage(t *testing.T, book *lesson.Book) string {
	guide := teachersGuides[book.Language]
	var page strings.Builder
	page.WriteString(guide.intro)
	total := 0
	page.WriteString(guide.table + "|---|---|---|---|\n")
	for i, l := range book.Lessons {
		fmt.Fprintf(&page, "| %d | [%s](%s) | %d | %s |\n", i+1, l.Title, worksheetFile(i+1, l), l.Minutes, l.Measures)
		total += l.Minutes
	}
	fmt.Fprintf(&page, guide.rest, total)
	for i, l := range book.Lessons {
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

// TestLessons: the worksheets are what the lessons print, in each language. go test
// -rewrite renews them.
func TestLessons(t *testing.T) {
	dir, err := filepath.Abs(lessonsDir)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // some commands write files
	for _, language := range lesson.Languages {
		book := lesson.In(language)
		want := map[string]string{"README.md": teachersPage(t, book)}
		for i, l := range book.Lessons {
			want[worksheetFile(i+1, l)] = worksheet(t, book, i+1)
		}
		if language == "fr" {
			dir = filepath.Join(dir, language)
		}
		areWorksheets(t, dir, want)
	}
}

// areWorksheets fails t unless dir has these files.
func areWorksheets(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if *rewrite {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
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
		if want[file.Name()] == "" && !file.IsDir() {
			t.Errorf("%s is the worksheet of no lesson", file.Name())
		}
	}
	for file, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != text {
			t.Errorf("%s is not what the lesson says (%v), renew it: go test ./cmd/servent -run TestLessons -rewrite\ngot:\n%s\nwant:\n%s", file, err, got, text)
		}
	}
}

// TestLesson: the verb tells every lesson in each language, with what its commands
// print, whatever the environment sets.
func TestLesson(t *testing.T) {
	t.Setenv("SERVENT_LAB_SEED", "77")
	t.Setenv("SERVENT_LAB_TTL", "9")
	for _, language := range lesson.Languages {
		t.Setenv("LC_ALL", language+"_CH.UTF-8")
		book := lesson.In(language)
		for i := range book.Lessons {
			var out, talk bytes.Buffer
			if exit := run([]string{"lab", "lesson", fmt.Sprint(i + 1), "--home", t.TempDir()}, &out, &talk); exit != exitDone {
				t.Fatalf("lesson %d ends with %d: %s", i+1, exit, talk.String())
			}
			tellsLesson(t, book, i+1, out.String())
		}
	}
}

// tellsLesson checks what the verb has told.
func tellsLesson(t *testing.T, book *lesson.Book, number int, prose string) {
	t.Helper()
	l := book.Lessons[number-1]
	for _, want := range append([]string{l.Title, book.Words.Exercise}, l.Exercise.Check...) {
		if !strings.Contains(prose, want) {
			t.Errorf("lesson %d does not say %q", number, want)
		}
	}
	for _, step := range l.Steps {
		printed := "$ " + step.Command + "\n" + output(t, step.Command)
		if !strings.Contains(prose, printed) {
			t.Errorf("lesson %d prints\n%s\nwant in it\n%s", number, prose, printed)
		}
		prose = strings.Replace(prose, printed, "", 1)
	}
	for l := range strings.Lines(prose) {
		if columns(l) > 80 && !strings.HasPrefix(l, "$ ") {
			t.Errorf("lesson %d: %d columns: %s", number, columns(l), l)
		}
	}
}

func TestLessonUsage(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	book := lesson.In("en")
	for _, args := range [][]string{{"0"}, {fmt.Sprint(len(book.Lessons) + 1)}, {"one"}, {"1", "2"}, {"1", "--json"}, {"1", "--lang", "la"}} {
		if exit := run(append([]string{"lab", "lesson", "--home", t.TempDir()}, args...), io.Discard, io.Discard); exit != exitUsage {
			t.Errorf("lab lesson %q ends with %d, want %d", args, exit, exitUsage)
		}
	}
	var out bytes.Buffer
	if exit := run([]string{"lab", "lesson", "--home", t.TempDir()}, &out, io.Discard); exit != exitDone {
		t.Errorf("lab lesson ends with %d", exit)
	}
	if exit := run([]string{"lab", "lesson", "--lang", "fr", "--home", t.TempDir()}, &out, io.Discard); exit != exitDone {
		t.Errorf("lab lesson --lang fr ends with %d", exit)
	}
	for _, l := range append(slices.Clone(book.Lessons), lesson.In("fr").Lessons...) {
		if !strings.Contains(out.String(), l.Title) {
			t.Errorf("the lists lack %q:\n%s", l.Title, out.String())
		}
	}
}
