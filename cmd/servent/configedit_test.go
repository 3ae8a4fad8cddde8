package main

import (
	"strings"
	"testing"
)

// What is changed is the one setting: all else stays, byte by byte.
func TestEditConfig(t *testing.T) {
	for _, c := range []struct {
		name, text, key string
		value           any
		want            string
	}{
		{"an empty file", "", "network", "class", "network = \"class\"\n"},
		{"an empty file, a table", "", "up.up", "500k", "[up]\nup = \"500k\"\n"},
		{"a comment behind", "network = 'a' # ours\n", "network", "b", "network = \"b\" # ours\n"},
		{"an end without a newline", "network = \"a\"", "network", "b", "network = \"b\""},
		{"a mark before it", "\ufeffnetwork = \"a\"\n", "network", "b", "\ufeffnetwork = \"b\"\n"},
		{"a mark alone", "\ufeff", "network", "b", "\ufeffnetwork = \"b\"\n"},
		{"lines of Windows", "json = true\r\n[up]\r\nttl = 3\r\n", "up.down", "1M", "json = true\r\n[up]\r\nttl = 3\r\ndown = \"1M\"\r\n"},
		{"an example", "# The network.\n#network = \"lan\"\n\n# More.\n[up]\n#ttl = 7\n", "network", "b", "# The network.\n#network = \"lan\"\nnetwork = \"b\"\n\n# More.\n[up]\n#ttl = 7\n"},
		{"an example in the table", "[up]\n# At most.\n#up = \"\"\n\n[search]\n#up = 1\n", "up.up", "500k", "[up]\n# At most.\n#up = \"\"\nup = \"500k\"\n\n[search]\n#up = 1\n"},
		{"after the last of the root", "json = true\n\n# the servent\n[up]\nttl = 3\n", "network", "b", "json = true\nnetwork = \"b\"\n\n# the servent\n[up]\nttl = 3\n"},
		{"before the first table", "# mine\n[up]\nttl = 3\n", "network", "b", "network = \"b\"\n# mine\n[up]\nttl = 3\n"},
		{"no such table", "json = true", "up.up", "1M", "json = true\n\n[up]\nup = \"1M\"\n"},
		{"a header without a newline", "[up]", "up.up", "1M", "[up]\nup = \"1M\"\n"},
		{"a dotted key", "up.up = \"1M\"\n", "up.up", "2M", "up.up = \"2M\"\n"},
		{"quotes and slashes", "", "up.downloads", `C:\my "files"`, "[up]\ndownloads = 'C:\\my \"files\"'\n"},
		{"off", "network = \"a\" # ours\njson = true\n", "network", nil, "#network = \"a\" # ours\njson = true\n"},
		{"off, over lines", "network = '''\na'''\njson = true\n", "network", nil, "#network = '''\n#a'''\njson = true\n"},
		{"off already", "json = true\n", "network", nil, "json = true\n"},
	} {
		_, settings := testSettings()
		got, err := editConfig("f", []byte(c.text), settings, c.key, c.value)
		if string(got) != c.want || err != nil {
			t.Errorf("%s: got %q, error %v, want %q", c.name, got, err, c.want)
		}
	}
}

// What a person wrote in a way of its own is left to a person, and so is a file
// that cannot be read: with the line.
func TestEditConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text, key string
		value           any
		want            []string
	}{
		{"into an inline table", "up = {ttl = 3}\n", "up.up", "1M", []string{"f: up.up", "text editor below [up]: up = \"1M\""}},
		{"beside dotted keys", "up.ttl = 3\n", "up.up", "1M", []string{"f: up.up", "text editor"}},
		{"in an inline table", "up = {ttl = 3, up = \"1M\"}\n", "up.up", "2M", []string{"f:1: up.up", "text editor"}},
		{"out of an inline table", "\nup = {up = \"1M\"}\n", "up.up", nil, []string{"f:2: up.up", "take it out"}},
		{"a broken file", "json = true\nnetwork = lan\n", "network", "b", []string{"f:2:"}},
		{"an unknown key", "json = true\n[up]\ntll = 3\n", "network", "b", []string{"f:3: ", `"tll"`}},
	} {
		_, settings := testSettings()
		got, err := editConfig("f", []byte(c.text), settings, c.key, c.value)
		if err == nil {
			t.Errorf("%s: got %q, want an error", c.name, got)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %q, want %q in it", c.name, err, part)
			}
		}
	}
}

// FuzzEditConfig: whatever stands in the file, an edit changes the one setting or
// refuses, and never panics.
func FuzzEditConfig(f *testing.F) {
	app, settings := testSettings()
	f.Add([]byte(configText(app)), "b")
	f.Add([]byte("x = '''\n[up]\n#network = 1\n'''\n[up]\r\n\"up\"='1M'"), "\"\\\x00é")
	f.Fuzz(func(t *testing.T, text []byte, value string) {
		for _, key := range settingsOnPage {
			for _, value := range []any{value, nil} {
				edited, err := editConfig("f", text, settings, key, value)
				if err != nil {
					continue
				}
				found, err := parseConfig("f", edited, settings)
				if got, ok := found[key]; err != nil || ok != (value != nil) || ok && got.value != value {
					t.Errorf("%s = %q: got %v, error %v", key, value, got.value, err)
				}
			}
		}
	})
}
