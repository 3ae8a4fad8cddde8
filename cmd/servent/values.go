package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/lesson"
	"servent/servent"
	"servent/servent/api"
	"servent/servent/web"
)

// A valueSource tells what can stand at one place of the command line. The words are
// those before it that belong to the verb.
type valueSource struct {
	choices []string // the only values there are
	list    func(ctx context.Context, c *candidates, words []string)
	paths   string // pathFiles or pathFolders, where the shell completes paths
}

// What the shell is to complete beside the values that it is told.
const (
	pathFiles   = "files"
	pathFolders = "folders"
)

var (
	anyFile   = valueSource{paths: pathFiles}
	anyFolder = valueSource{paths: pathFolders}
)

// flagValues says what a flag takes, by its key in the configuration file or,
// for verbs that have the same flag, by its name.
var flagValues = map[string]valueSource{
	"home":   anyFolder,
	"config": anyFile,
	"dedup":  {choices: []string{"plain", "ttl"}},

	"lang": {list: func(_ context.Context, c *candidates, _ []string) {
		for _, language := range lesson.Languages {
			c.add(language, "")
		}
	}},

	"search.strategy": {choices: []string{api.StrategyFlood, api.StrategyRing}},
	"web": {list: func(_ context.Context, c *candidates, _ []string) {
		c.add(servent.WebOff, "no page")
		c.add(defaultWeb, "the default")
	}},
	"type": {list: func(_ context.Context, c *candidates, _ []string) {
		for _, kind := range servent.Kinds() {
			c.add(kind, "a kind of files")
		}
	}},
	"web-password": anyFile,
	"downloads":    anyFolder,
	"bittorrent": {list: func(_ context.Context, c *candidates, _ []string) {
		c.add("0.0.0.0:6881", "every IPv4 address")
	}},
	"output":       anyFile,
	"plot":         anyFile,
	"topology":     {list: listTopologies},
	"graph":        anyFile,
	"export":       anyFile,
	"csv":          anyFile,
	"lab.trace":    anyFile,
	"lab.strategy": {list: listStrategies},
	"lab.latency":  {list: listLatencies},
	"replication":  {list: listReplications},
	"names": {paths: pathFiles, list: func(_ context.Context, c *candidates, _ []string) {
		c.add(generatedNames, "invented ones")
	}},
	"sources": {paths: pathFiles, list: func(_ context.Context, c *candidates, _ []string) {
		c.add("all", "every servent")
	}},
	"interface":      {list: listInterfaces},
	"skip-interface": {list: listInterfaces},
}

// wordValues says what the words of a verb are, by its name. Each word is taken
// from the source of its place; the last one counts for all that follow.
var wordValues = map[string][]valueSource{
	"up":           {anyFolder},
	"get":          {{paths: pathFiles, list: listHits}},
	"torrent":      {anyFile},
	"share add":    {anyFolder},
	"share remove": {{list: listShared}},
	"share rescan": {{list: listShared, paths: pathFolders}},
	"share tag":    {{list: listTags}, anyFile},
	"share untag":  {{list: listTags}, anyFile},
	"disconnect":   {{list: listPeers}},
	"page":         {{choices: web.Tabs}},
	"completion":   {{choices: shells}},
	"lab replay":   {anyFile},
	"lab lesson":   {{list: offerLessons}},

	"downloads pause":  {{list: offerDownloads}},
	"downloads resume": {{list: offerDownloads}},
	"downloads cancel": {{list: offerDownloads}},
}

// valuesOf returns what the flag of s takes.
func valuesOf(s setting) valueSource {
	if v, ok := flagValues[s.key]; ok {
		return v
	}
	return flagValues[s.name()]
}

// choicesOf returns the only values that s can have, nil where any can be.
func choicesOf(s setting) []string { return valuesOf(s).choices }

// Bounds of what completion looks at, so that TAB does not wait.
const (
	completionTimeout = 300 * time.Millisecond // for a servent that hangs
	maxCandidates     = 500
	maxDescription    = 60 // columns
)

// candidates gathers what could stand at the cursor.
type candidates struct {
	home string
	rows [][2]string // value, description
}

// add takes one more value. One that does not show whole cannot be typed, and is
// left out; descriptions may come from peers and are escaped.
func (c *candidates) add(value, description string) {
	if len(c.rows) < maxCandidates && value != "" && escape(value) == value {
		c.rows = append(c.rows, [2]string{value, shorten(escape(description), maxDescription)})
	}
}

func listInterfaces(_ context.Context, c *candidates, _ []string) {
	all, _ := net.Interfaces() // without them there is nothing to offer
	for _, i := range all {
		c.add(i.Name, i.Flags.String())
	}
}

// listHits offers the hits of the last search. The file is read only as far as
// candidates are wanted.
func listHits(_ context.Context, c *candidates, words []string) {
	f, err := os.Open(filepath.Join(c.home, lastSearchFile))
	if err != nil {
		return
	}
	defer f.Close()
	d := json.NewDecoder(f)
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		if token == "hits" {
			break
		}
	}
	if start, err := d.Token(); err != nil || start != json.Delim('[') {
		return
	}
	for d.More() && len(c.rows) < maxCandidates {
		var hit api.Hit
		if d.Decode(&hit) != nil {
			return
		}
		if n := strconv.Itoa(hit.N); !slices.Contains(words, n) {
			c.add(n, formatSize(hit.Size)+"  "+hit.Name)
		}
	}
}

// listPeers offers the neighbours of the running servent.
func listPeers(ctx context.Context, c *candidates, words []string) {
	client, err := api.Dial(c.home)
	if err != nil {
		return
	}
	defer client.Close()
	links, _ := client.Peers(ctx) // without them there is nothing to offer
	for _, link := range links {
		if !slices.Contains(words, link.Peer) {
			c.add(link.Peer, link.Addr+"  "+link.Agent)
		}
	}
}

// offerDownloads offers the downloads of the running servent, or what lies
// unfinished in a home on which none runs.
func offerDownloads(ctx context.Context, c *candidates, words []string) {
	d, leave := openDownloader(c.home)
	defer leave()
	list, _ := d.Downloads(ctx) // without it there is nothing to offer
	if len(list.Downloads) > 0 && len(words) == 0 {
		c.add("all", "every one of them")
	}
	for _, d := range list.Downloads {
		if id := strconv.Itoa(d.ID); !slices.Contains(words, id) {
			c.add(id, string(d.State)+"  "+d.Name)
		}
	}
}

// listShared offers the shared folders.
func listShared(_ context.Context, c *candidates, words []string) {
	folders, _ := servent.KeptShares(c.home)
	for _, folder := range folders {
		if !slices.Contains(words, folder) {
			c.add(folder, "")
		}
	}
}

// listTags offers the keywords that files have.
func listTags(_ context.Context, c *candidates, _ []string) {
	_, tags := servent.KeptShares(c.home)
	for _, tag := range tags {
		c.add(tag, "")
	}
}

// verbWithWords returns what the words of path's verb are.
func verbWithWords(path []*cli.Command) []valueSource { return wordValues[verbName(path)] }

// matching returns the rows whose value begins with typed.
func (c *candidates) matching(typed string) [][2]string {
	return slices.DeleteFunc(slices.Clone(c.rows), func(row [2]string) bool { return !strings.HasPrefix(row[0], typed) })
}
