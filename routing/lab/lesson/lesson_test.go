package lesson

import (
	"regexp"
	"strings"
	"testing"
)

// inFrenchDigits returns a figure of a command as French prose has it: 1,027.9 is
// 1 027,9.
func inFrenchDigits(figure string) string {
	figure = strings.ReplaceAll(figure, ",", narrowNoBreak)
	return typeset(strings.ReplaceAll(figure, ".", ","))
}

// TestFrenchFigures: whatever figure a command has to print for a lesson, the French
// text has too, and it has no other decimals than the English one.
func TestFrenchFigures(t *testing.T) {
	if len(french) != len(all) {
		t.Fatalf("%d lessons, %d in French", len(all), len(french))
	}
	for i := range all {
		if len(french[i].steps) != len(all[i].Steps) {
			t.Fatalf("lesson %d: %d steps, %d in French", i+1, len(all[i].Steps), len(french[i].steps))
		}
		in, out := all[i], inFrench.Lessons[i]
		for j, step := range in.Steps {
			if len(out.Steps[j].Look) != len(step.Look) {
				t.Errorf("lesson %d, step %d: %d things to look at, %d in French", i+1, j+1, len(step.Look), len(out.Steps[j].Look))
			}
			sameFigures(t, i+1, step.Shows, step.What+" "+strings.Join(step.Look, " "), out.Steps[j].What+" "+strings.Join(out.Steps[j].Look, " "))
		}
		sameFigures(t, i+1, in.Exercise.Shows, in.Exercise.Answer, out.Exercise.Answer)
	}
}

// words are what stands behind a figure in some commands, or is of a trace.
var words = regexp.MustCompile(`^\d+ (servents|links)$|->`)

// decimals are numbers with a decimal point, in English.
var decimals = regexp.MustCompile(`\d[\d,]*\.\d+`)

var (
	frenchDecimals = regexp.MustCompile(`\d[\d\x{202f}]*,\d+`)
	flags          = regexp.MustCompile(`--\S+ \S+`) // what is typed has commas of its own
)

func sameFigures(t *testing.T, number int, shows []string, english, french string) {
	t.Helper()
	for _, figure := range shows {
		if words.MatchString(figure) {
			figure, _, _ = strings.Cut(figure, " ")
		}
		if !strings.Contains(french, inFrenchDigits(figure)) {
			t.Errorf("lesson %d: the command prints %q, and the French text has no %q: %s", number, figure, inFrenchDigits(figure), french)
		}
	}
	for _, figure := range decimals.FindAllString(english, -1) {
		if !strings.Contains(french, inFrenchDigits(figure)) {
			t.Errorf("lesson %d: %s in English, no %s in French: %s", number, figure, inFrenchDigits(figure), french)
		}
	}
	for _, figure := range frenchDecimals.FindAllString(flags.ReplaceAllString(french, ""), -1) {
		back := strings.ReplaceAll(strings.ReplaceAll(figure, ",", "."), narrowNoBreak, ",")
		if !strings.Contains(english, back) && !strings.Contains(strings.Join(shows, " "), back) {
			t.Errorf("lesson %d: %s in French is %s nowhere in English", number, figure, back)
		}
	}
}

func TestTypeset(t *testing.T) {
	for text, want := range map[string]string{
		"il prend 1 027,9 messages : 7 % d'eux": "il prend 1\u202f027,9 messages\u00a0: 7\u00a0% d’eux",
		"2 × 200 − 100 + 1 = 301 ; qui ?":       "2 × 200 − 100 + 1 = 301\u202f; qui\u202f?",
		"« oui »":                               "«\u00a0oui\u00a0»",
	} {
		if got := typeset(text); got != want {
			t.Errorf("typeset(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestIn(t *testing.T) {
	for language, want := range map[string]string{
		"fr": "fr", "fr_CH.UTF-8": "fr", "fr-CA": "fr", "FR": "fr", "fr.UTF-8": "fr", "": "en", "C": "en", "en_GB": "en", "fra": "en", "de": "en",
	} {
		if got := In(language).Language; got != want {
			t.Errorf("In(%q): got %s, want %s", language, got, want)
		}
	}
}
