package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

const (
	configVerbName = "config"

	configHelp = `Example:
  servent config init
  servent config --show-origin

Every setting that flags, the environment or the configuration file can change,
with its value: key, value, and with --show-origin where it comes from. A flag
beats its environment variable, which beats the file, which beats the default.
With tabs between in a pipe. How the file is written: servent help config.

Usage: servent config [init|path] [FLAGS]`

	configInitHelp = `Example:
  servent config init

Write a configuration file that names and explains every setting, each one
switched off by a # before it, and print its path. A file that is there is left
as it is. It goes where servent reads it: config.toml in the home, or --config.

Usage: servent config init [FLAGS]`

	configPathHelp = `Example:
  $EDITOR "$(servent config path)"

Print where the configuration file is, or would be.

Usage: servent config path [FLAGS]`
)

func configVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        configVerbName,
		Usage:       "the settings, and where they come from",
		Description: configHelp,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "show-origin", Usage: "also which flag, variable or line set it"},
		},
		Action: func(c *cli.Context) error {
			if err := noWords(configVerbName, c.Args().Slice()); err != nil {
				return err
			}
			con.printSettings(c.Bool("show-origin"))
			return nil
		},
		Subcommands: []*cli.Command{
			{
				Name:        "init",
				Usage:       "write a file with every setting explained",
				Description: configInitHelp,
				Action:      func(c *cli.Context) error { return con.initConfig(c) },
			},
			{
				Name:        "path",
				Usage:       "where the configuration file is",
				Description: configPathHelp,
				Action:      func(c *cli.Context) error { return con.printConfigPath(c) },
			},
		},
	}
}

// settingsLine is what --json tells of all settings.
type settingsLine struct {
	Type     string        `json:"type"` // "config"
	File     string        `json:"file"` // whether it exists or not
	Settings []settingLine `json:"settings"`
}

// settingLine is one setting as --json tells it.
type settingLine struct {
	Key    string `json:"key"`   // in the file: up.ttl
	Value  any    `json:"value"` // a duration as text: 5s
	Origin string `json:"origin"`
	Where  string `json:"where,omitempty"` // --network, SERVENT_UP_TTL, FILE:LINE
	Flag   string `json:"flag"`
	Env    string `json:"env"`
}

// printSettings writes all settings but those of this command alone.
func (con *console) printSettings(origins bool) {
	line := settingsLine{Type: "config", File: con.settled.file}
	var rows [][]string
	for _, h := range con.settled.held {
		if h.verb == configVerbName {
			continue
		}
		value := h.value
		if d, ok := value.(time.Duration); ok {
			value = d.String()
		}
		line.Settings = append(line.Settings, settingLine{
			Key: h.key, Value: value, Origin: h.origin, Where: h.where, Flag: dashed(h.name()), Env: h.env,
		})
		row := []string{h.key, escape(tomlText(h.value))}
		if origins {
			row = append(row, strings.TrimSpace(h.origin+" "+escape(h.where)))
		}
		rows = append(rows, row)
	}
	switch {
	case con.json:
		con.print(line)
	case con.outTerminal:
		head := []string{"KEY", "VALUE", "ORIGIN"}
		con.printTable(head[:len(rows[0])], 1, rows)
	default:
		for _, row := range rows {
			fmt.Fprintln(con.out, strings.Join(row, "\t"))
		}
	}
	con.sayUnknownVariables()
}

// sayUnknownVariables tells of variables that look like settings and are none.
func (con *console) sayUnknownVariables() {
	var names []string
	for _, h := range con.settled.held {
		names = append(names, h.env)
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "SERVENT_") || slices.Contains(names, name) {
			continue
		}
		if near := nearest(name, names); near != "" {
			con.say("no setting reads %s, did you mean %s?", name, near)
		}
	}
}

// initConfig writes a commented configuration file.
func (con *console) initConfig(c *cli.Context) error {
	if c.Args().Present() {
		return usage("config init takes no words, got %q; --config FILE says where", c.Args().First())
	}
	path := con.settled.file
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of the configuration: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s is there already and was left as it is; move it away first, or write another with --config FILE", path)
	}
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	_, err = f.WriteString(configText(c.App))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	con.tellConfigFile()
	return nil
}

func (con *console) printConfigPath(c *cli.Context) error {
	if err := noWords("config path", c.Args().Slice()); err != nil {
		return err
	}
	con.tellConfigFile()
	return nil
}

// tellConfigFile prints where the configuration file is.
func (con *console) tellConfigFile() {
	if con.json {
		con.print(struct {
			Type string `json:"type"`
			File string `json:"file"`
		}{"config", con.settled.file})
		return
	}
	fmt.Fprintln(con.out, escape(con.settled.file))
}

// configText is a configuration file that changes nothing and explains
// everything: each setting with the help of its flag and its default.
func configText(app *cli.App) string {
	var b strings.Builder
	b.WriteString(`# Settings of servent. A flag beats its environment variable, which beats this
# file. Take the # away before a line to change what it sets.
`)
	table := ""
	for _, s := range settingsOf(app) {
		if !s.inFile() || s.verb == configVerbName {
			continue
		}
		if s.verb != table {
			table = s.verb
			fmt.Fprintf(&b, "\n[%s]\n", strings.ReplaceAll(table, " ", "."))
		}
		fmt.Fprintf(&b, "\n# %s\n#%s = %s\n", usageOfFlag(s.flag), s.name(), tomlText(defaultOf(s.flag)))
	}
	return b.String()
}
