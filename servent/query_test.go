package servent

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"servent/messages"
	"servent/servent/api"
	"servent/share/words"
)

// What a query sends, and which of these files its filters let pass.
func TestQuery(t *testing.T) {
	const kB = 1000
	files := map[string]messages.FileInfo{
		"iso":    {Name: "Red Hat 9.iso", Size: 700_000 * kB},
		"beta":   {Name: "red_hat-beta2.ISO", Size: 600_000 * kB},
		"hat":    {Name: "Hat, red.img", Size: 1500},
		"folder": {Name: "disc1.tar.gz", Path: "distros/Red Hat", Size: 0},
		"tag":    {Name: "x.mp3", Tags: []string{"RED HAT", "song"}, Size: 5000 * kB},
		"hats":   {Name: "red hats", Path: "red", Tags: []string{"hat"}, Size: 1499},
		"accent": {Name: "U\u0308bung Red", Size: 1},
	}
	for text, want := range map[string]struct{ words, pass string }{
		"red hat":                             {"red hat", "accent beta folder hat hats iso tag"},
		`"red hat"`:                           {"red hat", "beta folder iso tag"},
		`“Red Hat”`:                           {"Red Hat", "beta folder iso tag"},
		`"red hat" not:beta`:                  {"red hat", "folder iso tag"},
		`"red hat" -beta`:                     {"red hat", "folder iso tag"},
		`"red hat" -beta type:iso size:>500M`: {"red hat", "iso"},
		`red -"beta"`:                         {"red", "accent beta folder hat hats iso tag"}, // beta2 is another word
		`x not:"red hat"`:                     {"x", "accent hat hats"},
		`x NOT:red-hat`:                       {"x", "accent hat"}, // as words of a search: hats begins with hat
		`x -song -hats`:                       {"x", "accent beta folder hat iso"},
		`x not:uBUNG`:                         {"x", "beta folder hat hats iso tag"},
		`x not:übung`:                         {"x", "beta folder hat hats iso tag"},
		"red type:iso":                        {"red", "beta iso"},
		"red Type:.ISO,*.img":                 {"red", "beta hat iso"},
		"red type:iso type:img":               {"red", "beta hat iso"},
		"red type:tar.gz":                     {"red", "folder"},
		"red type:gz":                         {"red", "folder"},
		"red type:disk,music":                 {"red", "beta hat iso tag"},
		"red -type:iso not:type:audio":        {"red", "accent folder hat hats"},
		"red type:hats":                       {"red", ""}, // a name is no extension
		"x size:>500M":                        {"x", "beta iso"},
		`x size:">500 M"`:                     {"x", "beta iso"},
		"x SIZE:>=600MB size:<0.7GB":          {"x", "beta"},
		"x size:<=0.7GB size:>1GiB..":         {"x", "!"},
		"x size:1K..5M":                       {"x", "hat hats tag"},
		"x size:..1499":                       {"x", "accent folder hats"},
		"x size:700M..":                       {"x", "iso"},
		"x size:1500":                         {"x", "hat"},
		"x size:=1.5K":                        {"x", "hat hats"}, // 1450 to 1549
		"x size:667.6MiB":                     {"x", "iso"},
		"x size:<1":                           {"x", "folder"},
		"x size:0":                            {"x", "folder"},
		"Artist - Title (2:1) :-) -- *":       {"Artist Title (2:1)", "accent beta folder hat hats iso tag"},
		"re:zero --beta a-b 12\" C:":          {"re:zero --beta a-b 12\" C:", "accent beta folder hat hats iso tag"},
		`a"b c"`:                              {`a"b c"`, "accent beta folder hat hats iso tag"},
		`"red"hat`:                            {"red hat", "accent beta folder hat hats iso tag"},
		"a\x00b \x1b":                         {"a b", "accent beta folder hat hats iso tag"},
	} {
		q, err := ParseQuery(text)
		if want.pass == "!" {
			if err == nil {
				t.Errorf("%s: taken", text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var pass []string
		for name, f := range files {
			if q.passes(f) {
				pass = append(pass, name)
			}
		}
		slices.Sort(pass)
		if got := strings.Join(pass, " "); q.Words() != want.words || got != want.pass {
			t.Errorf("%s: sends %q and passes %s, want %q and %s", text, q.Words(), got, want.words, want.pass)
		}
	}
}

// Of a query with more words than others look at, none is forgotten.
func TestQueryOfManyWords(t *testing.T) {
	const title = "one two three four five six seven eight nine ten eleven twelve"
	for text, want := range map[string]bool{title: true, title + " thirteen": false, title + " thir": false} {
		q, err := ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.passes(messages.FileInfo{Name: title}); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
		if !q.passes(messages.FileInfo{Name: title, Path: "Thirteen"}) {
			t.Errorf("%s: a file with all words is dropped", text)
		}
	}
}

func TestQueryRefuses(t *testing.T) {
	long := strings.Repeat("word ", 1000)
	for text, want := range map[string]struct{ part, reason string }{
		long:                        {long, "at most 4096 bytes"},
		"":                          {"", "no letter and no digit"},
		"... -- !":                  {"... -- !", "no letter and no digit"},
		"type:iso":                  {"type:iso", "only filters"},
		"not:beta -x":               {"not:beta -x", "only filters"},
		`red "hat`:                  {`"hat`, "no second one"},
		`red -"hat`:                 {`"hat`, "no second one"},
		`red ""`:                    {`""`, "no word between"},
		`red "..."`:                 {`"..."`, "no word between"},
		"red not:":                  {"not:", "right behind it"},
		"red not: beta":             {"not:", "right behind it"},
		"red not:...":               {"not:...", "right behind it"},
		"red -not:beta":             {"-not:beta", "write not:beta"},
		"red not:red":               {"not:red", "nothing can match"},
		"not:re red":                {"", ""}, // a word of two letters is a whole one
		"not:rede redeem":           {"not:rede", "nothing can match"},
		`"red hat" -hat`:            {"-hat", "nothing can match"},
		`"big red hat" -"red hat"`:  {`-"red hat"`, "nothing can match"},
		`big red hat -"red hat"`:    {"", ""},
		`reds -"red"`:               {"", ""},
		"red type:":                 {"type:", "right behind it"},
		"red type: iso":             {"type:", "right behind it"},
		"red type:iso,a/b":          {"a/b", "no type"},
		"red type:application/pdf":  {"application/pdf", "no type"},
		"red type:iso,,img":         {"iso,,img", "no type"},
		`red type:"iso,a b"`:        {"a b", "no type"},
		"red type:iso not:type:iso": {"not:type:iso", "nothing can match"},
		"red size:":                 {"size:", "right behind it"},
		"red size:big":              {"big", "no size"},
		"red size:> 5M":             {">", "no size right behind it"},
		"red size:>500Q":            {">500Q", "no size"},
		"red size:>5ib":             {">5ib", "no unit"},
		"red size:1e9":              {"1e9", "no size"},
		"red size:2G..1M":           {"2G..1M", "smaller size first"},
		"red size:..":               {"..", "no end"},
		"red size:>9E":              {">9E", "no size"},
		"red size:99999P":           {"99999P", "larger than any file"},
		"red size:<0":               {"size:<0", "nothing can match"},
		"red size:>2M size:<1M x":   {"size:<1M", "nothing can match"},
		"red -size:1M":              {"-size:1M", "not excluded"},
		"ext:iso red":               {"ext:iso", "write type:iso"},
		"red Larger:5M":             {"Larger:5M", "write size:>5M"},
	} {
		_, err := ParseQuery(text)
		if want.reason == "" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		var wrong *QueryError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, want a QueryError", text, err)
			continue
		}
		if got := wrong.Text[wrong.Offset : wrong.Offset+wrong.Length]; got != want.part || wrong.Sentence == nil || !strings.Contains(wrong.Reason, want.reason) {
			t.Errorf("%s: got %q, %s, want %q and %q", text, got, wrong.Reason, want.part, want.reason)
		}
	}
}

// Callers of the API are told the place in characters, from 1.
func TestQueryErrorForTheAPI(t *testing.T) {
	_, err := ParseQuery("Übung \xff size:>5ö x")
	var told *api.Error
	if !errors.As(err, &told) || !errors.Is(told, api.CodeUsage) {
		t.Fatalf("got %v, want an api.Error of code usage", err)
	}
	if told.At != 14 || told.Length != 3 || told.Query != "Übung \xff size:>5ö x" {
		t.Errorf("got %d characters from %d of %q, want 3 from 14", told.Length, told.At, told.Query)
	}
	if _, err = QueryOf(api.SearchRequest{Words: "x", Filter: api.Filter{Type: "iso, a/b"}}); !errors.As(err, &told) {
		t.Fatalf("got %v, want an api.Error", err)
	}
	if told.Query != "iso, a/b" || told.At != 5 || told.Length != 4 {
		t.Errorf("of a flag: got %+v", told)
	}
}

// Flags and the text of a query both hold.
func TestQueryOf(t *testing.T) {
	q, err := QueryOf(api.SearchRequest{Words: "x type:iso,img size:>1K", Filter: api.Filter{Type: "iso", MinSize: 500, MaxSize: 2000}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a.iso": true, "a.img": false, "a.txt": false} {
		if got := q.passes(messages.FileInfo{Name: name, Size: 1500}); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for size, want := range map[uint64]bool{1000: false, 1001: true, 2000: true, 2001: false} {
		if got := q.passes(messages.FileInfo{Name: "a.iso", Size: size}); got != want {
			t.Errorf("%d bytes: got %v, want %v", size, got, want)
		}
	}
	if _, err := QueryOf(api.SearchRequest{Words: "x size:>1K", Filter: api.Filter{MaxSize: 1000}}); err == nil {
		t.Error("sizes that exclude each other were taken")
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{`"red hat" not:beta type:iso size:>500M`, `-"x`, "size:1M..2G type:,", "„a“ \xff not:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuery(text)
		if err == nil {
			if len(words.Of(q.Words())) == 0 || strings.ContainsRune(q.Words(), 0) {
				t.Errorf("%q: sends %q", text, q.Words())
			}
			q.passes(messages.FileInfo{Name: text, Path: "a/" + text, Tags: []string{text}, Size: uint64(len(text))})
			return
		}
		var wrong *QueryError
		if !errors.As(err, &wrong) || wrong.Text != text || wrong.Offset < 0 || wrong.Length < 0 || wrong.Offset+wrong.Length > len(text) {
			t.Fatalf("%q: %#v", text, err)
		}
		var told *api.Error
		if !errors.As(err, &told) || told.At+told.Length > utf8.RuneCountInString(text)+1 {
			t.Errorf("%q: %+v", text, told)
		}
	})
}
