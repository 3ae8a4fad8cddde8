//go:build shells

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
)

// inShell runs script in a shell, with a home whose last search had hits with
// hostile names, and returns what it wrote. A name that was run leaves a file.
func inShell(t *testing.T, script string, command ...string) string {
	t.Helper()
	dir := t.TempDir()
	home := filepath.Join(dir, "home")
	hits := []api.Hit{{N: 7, Name: hostileName}, {N: 71, Name: "plain.iso"}, {N: 8, Name: "%F{red}%d \\e[31m \\u0041"}}
	if err := saveSearch(home, lastSearch{Words: "x", Hits: hits}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a folder", "$(touch pwned)"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("servent", "share", "add", "--home", home, filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	cmd := exec.Command(command[0], append(append(command[1:], script, command[0]), keysPressed...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SERVENT_HOME="+home, "HOME="+dir, "TERM=dumb", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", command[0], err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
		t.Errorf("%s ran the name of a peer's file or of a folder", command[0])
	}
	return string(out)
}

// expect fails unless out has all parts, and none of those that begin with "!".
func expect(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		unwanted, not := strings.CutPrefix(part, "!")
		if not && strings.Contains(out, unwanted) || !not && !strings.Contains(out, part) {
			t.Errorf("got %s\nwant it with %q (! for without)", out, part)
		}
	}
}

// TestShellBash presses TAB in an interactive bash: by readline, as a user does.
// A function bound to Ctrl-G shows the line that completion made.
func TestShellBash(t *testing.T) {
	out := inShell(t, `
		coproc shell { HISTFILE= script -qec 'bash --norc --noprofile -i' /dev/null 2>&1; }
		exec 3>&"${shell[1]}"
		until_seen() { while IFS= read -r line <&"${shell[0]}"; do printf '%s\n' "$line"; [[ $line == $1 ]] && break; done; }
		printf '%s\n' $'PS1=""; bind "set bell-style none"; source <(servent completion bash); show() { printf "<%s>\n" "$READLINE_LINE"; }; bind -x \'"\C-g": show\'; echo rea""dy' >&3
		until_seen 'ready*'
		for keys in "$@"; do printf '%b\a' "$keys" >&3; until_seen '*<servent*>*'; printf '\x15' >&3; done
		printf 'exit\n' >&3
		wait
	`, "bash", "-c")
	expect(t, out,
		"<servent status >", "<servent up --dedup=plain >", "<servent get --output home/>", "<servent get 8 >",
		"<servent get 7>", "plain.iso", "touch pwned", `\u001b[2J\u202e.iso`, "!\x1b[2J",
		`\$\(touch\ pwned\) >`, `/a\ folder >`)
}

// keysPressed are typed one after the other, \t being TAB.
var keysPressed = []string{
	`servent sta\t`, `servent up --dedup=p\t`, `servent get --output ho\t`, `servent get 8\t`, `servent get 7\t\t`,
	`servent share remove ~/\\$\t`, `servent share remove ~/a\t`,
}

// TestShellZsh presses TAB in an interactive zsh, in a pseudo-terminal of its
// own.
func TestShellZsh(t *testing.T) {
	out := inShell(t, `
		zmodload zsh/zpty
		zpty shell zsh -f -i
		until_seen() { while zpty -r shell line; do print -rn -- "$line"; [[ $line == ${~1} ]] && break; done }
		zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; setopt no_beep; source <(servent completion zsh); show() { print -r -- "<$BUFFER>"; }; zle -N show; bindkey "^G" show; echo rea""dy'
		until_seen 'ready*'
		for keys in "$@"; do zpty -w -n shell "$(printf '%b\a' "$keys")"; until_seen '*<servent*>*'; zpty -w -n shell $'\x15'; done
		zpty -d shell
	`, "zsh", "-f", "-c")
	expect(t, out,
		"<servent status >", "<servent up --dedup=plain >", "<servent get --output home/>", "<servent get 8 >",
		"<servent get 7", "plain.iso", "touch pwned", `\u001b[2J\u202e.iso`,
		`touch\ pwned\) >`, `/a\ folder >`)
}

// TestShellFish asks fish what it would offer.
func TestShellFish(t *testing.T) {
	out := inShell(t, `
		servent completion fish | source
		for typed in "servent sta" "servent up --dedup=" "servent search --ti" "servent get --output=ho" "servent get " "servent share remove "
			complete -C $typed
		end
	`, "fish", "--no-config", "-c")
	expect(t, out,
		"status\twhat the running servent does\n", "!find files", "--dedup=plain", "--dedup=ttl", "--timeout\tend after TIME",
		"--output=home/", "7\t0 B  $(touch pwned)", `\u001b[2J\u202e.iso`, "71\t", "!\x1b", "/a folder\n", "/$(touch pwned)\n")
}
