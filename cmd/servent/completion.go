package main

import (
	_ "embed"
	"fmt"

	"github.com/urfave/cli/v2"
)

const completionHelp = `Example:
  source <(servent completion bash)     # in ~/.bashrc
  source <(servent completion zsh)      # in ~/.zshrc, after compinit
  servent completion fish | source      # in ~/.config/fish/config.fish

Print the script that makes the TAB key of a shell complete verbs, flags and
what they take: hits for get, neighbours for disconnect, shared folders,
keywords, interfaces, files. Names of peers are shown escaped and never run.

Usage: servent completion bash|zsh|fish [FLAGS]`

// shells are those that there is a script for.
var shells = []string{"bash", "zsh", "fish"}

var (
	//go:embed completion/servent.bash
	bashScript string
	//go:embed completion/servent.zsh
	zshScript string
	//go:embed completion/servent.fish
	fishScript string
)

func completionVerb(con *console) *cli.Command {
	scripts := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}
	return &cli.Command{
		Name:        "completion",
		Usage:       "make the TAB key of a shell complete",
		Description: completionHelp,
		Action: func(c *cli.Context) error {
			shell := c.Args().First()
			if c.NArg() != 1 {
				return usage("say which shell: servent completion bash|zsh|fish")
			}
			script, ok := scripts[shell]
			if !ok {
				return usage("there is no script for %q, only for bash, zsh and fish", shell)
			}
			fmt.Fprint(con.out, script)
			return nil
		},
	}
}
