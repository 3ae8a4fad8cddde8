package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"servent/servent"
	"servent/servent/api"
)

// settingsOfUp are the settings of "servent up" with args, on a servent that is
// not run.
func settingsOfUp(t *testing.T, home string, args ...string) *pageSettings {
	t.Helper()
	app := newApp(newConsole(io.Discard, io.Discard))
	line := arrange(app, append([]string{"up", "--home", home}, args...))
	settled, err := settle(app, &line)
	if err != nil {
		t.Fatal(err)
	}
	config := servent.Config{Listen: []string{"/ip4/127.0.0.1/tcp/0"}, NoDiscovery: true}
	for key, rate := range map[string]*int64{api.SettingUp: &config.UploadRate, api.SettingDown: &config.DownloadRate} {
		h, _ := settled.get(key)
		if *rate, err = checkRate(h.value.(string)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := servent.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p := newPageSettings(settled, home)
	p.limits = s
	return p
}

// told returns one setting.
func told(t *testing.T, settings api.Settings, key string) api.Setting {
	t.Helper()
	for _, s := range settings.Settings {
		if s.Key == key {
			return s
		}
	}
	t.Fatalf("no setting %q is told", key)
	return api.Setting{}
}

func save(t *testing.T, p *pageSettings, request api.SettingsRequest) api.Settings {
	t.Helper()
	settings, err := p.SaveSettings(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

// A file with comments keeps them, its mode and the link that leads to it; the
// limit holds at once, the network from the next start on.
func TestSaveSettings(t *testing.T) {
	home := t.TempDir()
	real, file := filepath.Join(t.TempDir(), "dotfiles.toml"), filepath.Join(home, configName)
	const text = "# ours\nnetwork = \"class\" # the one of room 12\n\n[up]\nttl = 5\n# not now\n#up = \"1M\"\n[search]\ntimeout = \"3s\"\n"
	if err := os.WriteFile(real, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, file); err != nil {
		t.Fatal(err)
	}
	p := settingsOfUp(t, home)
	before, err := p.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := api.Setting{Key: "network", Value: "class", Origin: "file", Where: file + ":2", Saved: "class", Line: 2, Next: "class"}
	if got := told(t, before, api.SettingNetwork); got != want {
		t.Errorf("before: got %+v, want %+v", got, want)
	}
	want = api.Setting{Key: "up.downloads", Value: filepath.Join(home, "downloads"), Origin: "default", Next: filepath.Join(home, "downloads")}
	if got := told(t, before, api.SettingDownloads); got != want {
		t.Errorf("before: got %+v, want %+v", got, want)
	}

	network, up := "lab", " 2 MiB/s "
	after := save(t, p, api.SettingsRequest{Network: &network, Up: &up})
	want = api.Setting{Key: "network", Value: "class", Origin: "file", Where: file + ":2", Saved: "lab", Line: 2, Next: "lab"}
	if got := told(t, after, api.SettingNetwork); got != want {
		t.Errorf("the network: got %+v, want %+v", got, want)
	}
	want = api.Setting{Key: "up.up", Value: "2 MiB/s", Bytes: 2 << 20, Origin: "file", Where: file + ":8", Saved: "2 MiB/s", Line: 8, Next: "2 MiB/s", Live: true}
	if got := told(t, after, api.SettingUp); got != want {
		t.Errorf("the limit: got %+v, want %+v", got, want)
	}
	b, err := os.ReadFile(real)
	saved := strings.Replace(strings.Replace(text, `"class"`, `"lab"`, 1), "#up = \"1M\"\n", "#up = \"1M\"\nup = \"2 MiB/s\"\n", 1)
	if err != nil || string(b) != saved {
		t.Errorf("the file: got %q, error %v, want %q", b, err, saved)
	}
	if info, err := os.Stat(real); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file: got mode %v, error %v, want 0640", info.Mode(), err)
	}
	if info, err := os.Lstat(file); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link to it is gone: %v, error %v", info.Mode(), err)
	}

	none := ""
	after = save(t, p, api.SettingsRequest{Up: &none})
	if got := told(t, after, api.SettingUp); got.Bytes != 0 || got.Line != 0 || got.Origin != api.OriginDefault {
		t.Errorf("taken out: got %+v, want no limit", got)
	}
}

// What a flag says holds now and at a next start with it; the page is told so, and
// that a limit that was changed since the start is of neither.
func TestSettingsOfFlags(t *testing.T) {
	home := t.TempDir()
	p := settingsOfUp(t, home, "--network", "class", "--up", "500k")
	network, up := "lab", "1M"
	after := save(t, p, api.SettingsRequest{Network: &network, Up: &up})
	if got := told(t, after, api.SettingNetwork); got.Value != "class" || got.Next != "class" || got.Saved != "lab" || got.Beaten != "--network" || got.Origin != api.OriginFlag {
		t.Errorf("the network: got %+v, want the flag's, now and at the next start", got)
	}
	if got := told(t, after, api.SettingUp); got.Value != "1M" || got.Origin != api.OriginFile || got.Beaten != "--up" || got.Next != "500k" {
		t.Errorf("the limit: got %+v, want the file's now, and the flag's at the next start", got)
	}
	changed := int64(1 << 30)
	if _, err := p.limits.SetLimits(t.Context(), api.LimitsRequest{Up: &changed}); err != nil {
		t.Fatal(err)
	}
	after = save(t, p, api.SettingsRequest{})
	if got := told(t, after, api.SettingUp); got.Bytes != changed || got.Origin != api.OriginCall || got.Saved != "1M" {
		t.Errorf("after a call: got %+v, want the limit of the call", got)
	}
	info, err := os.Stat(filepath.Join(home, configName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new file: got %v, error %v, want mode 0600", info, err)
	}
}

// A file that was broken meanwhile is told of with its line and not written.
func TestSettingsOfABrokenFile(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, configName)
	p := settingsOfUp(t, home)
	const text = "network = \"class\"\n[up]\nttl = seven\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := p.Settings(t.Context())
	if err != nil || !strings.Contains(settings.Problem, file+":3:") {
		t.Errorf("got problem %q, error %v, want the third line", settings.Problem, err)
	}
	network := "lab"
	var refused *api.Error
	if _, err := p.SaveSettings(t.Context(), api.SettingsRequest{Network: &network}); !errors.As(err, &refused) || !strings.Contains(refused.Message, file+":3:") {
		t.Errorf("got error %v, want one about the third line", err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != text {
		t.Errorf("the file: got %q, error %v, want it as it was", b, err)
	}
}

// busyLimits are limits that cannot be changed just now.
type busyLimits struct{ transferLimits }

func (l busyLimits) SetLimits(ctx context.Context, request api.LimitsRequest) (api.Limits, error) {
	if request.Up != nil || request.Down != nil {
		return api.Limits{}, api.NewError(api.CodeBusy, "not now")
	}
	return l.transferLimits.SetLimits(ctx, request)
}

// Where the file cannot be written, the limits stay as they were, and where the limits
// cannot be set, the file does.
func TestSaveSettingsIsAllOrNothing(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	p := settingsOfUp(t, home, "--up", "500k")
	p.file = filepath.Join(home, "none", configName)
	up, network := "1M", "lab"
	request := api.SettingsRequest{Up: &up, Down: &up, Network: &network}
	if _, err := p.SaveSettings(t.Context(), request); err == nil || !strings.Contains(err.Error(), "there is no folder") {
		t.Fatalf("got error %v, want one about the folder", err)
	}
	if got, err := p.limits.SetLimits(t.Context(), api.LimitsRequest{}); err != nil || got.Up != 500_000 || got.Down != 0 {
		t.Errorf("the file could not be written: got limits %+v, error %v, want those of the start", got, err)
	}

	p.file, p.limits = filepath.Join(t.TempDir(), configName), busyLimits{p.limits}
	if _, err := p.SaveSettings(t.Context(), request); err == nil || !strings.Contains(err.Error(), "not now") {
		t.Fatalf("got error %v, want that of the limits", err)
	}
	if _, err := os.Stat(p.file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the limits could not be set: the file is there, error %v", err)
	}
}

// What no servent could start with is refused, and nothing of the request is
// saved.
func TestSaveSettingsRefuses(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "notes.txt")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := settingsOfUp(t, home)
	good := "1M"
	text := func(s string) *string { return &s }
	requests := map[string]api.SettingsRequest{
		`network "a b"`:               {Network: text("a b")},
		`network "lan\x1b"`:           {Network: text("lan\x1b")},
		"1 to 64 letters":             {Network: text(strings.Repeat("a", 65))},
		"\"fast\" is no number":       {Up: text("fast")},
		"counts bits":                 {Up: text("8 Mbit/s")},
		"with 1k":                     {Down: text("1k")},
		"give the whole path":         {Downloads: text("Downloads")},
		"that is a file":              {Downloads: text(file)},
		"there is no folder to make":  {Downloads: text(filepath.Join(home, "none", "below"))},
		"all that is private in it":   {Downloads: text(home)},
		"downloads /: the folder":     {Downloads: text("/")},
		"no path of a folder":         {Downloads: text(home + "\n[up]")},
		"downloads: that is no path ": {Downloads: text("/" + strings.Repeat("a", maxFolderPath))},
	}
	if runtime.GOOS == "linux" { // where even root can write nothing
		requests["nothing can be written in /proc"] = api.SettingsRequest{Downloads: text("/proc/none")}
	}
	for want, request := range requests {
		if request.Up == nil {
			request.Up = &good
		}
		var refused *api.Error
		if _, err := p.SaveSettings(t.Context(), request); !errors.As(err, &refused) || refused.Code != api.CodeUsage || refused.Sentence == nil || !strings.Contains(refused.Message, want) {
			t.Errorf("got error %v, want a usage error with %q", err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(home, configName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was saved: %v", err)
	}
	if limits, err := p.limits.SetLimits(t.Context(), api.LimitsRequest{}); err != nil || limits != (api.Limits{}) {
		t.Errorf("got limits %+v, error %v, want none", limits, err)
	}
}
