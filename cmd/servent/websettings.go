package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"servent/servent"
	"servent/servent/api"
)

// maxFolderPath is the longest path of a folder that is saved, in bytes.
const maxFolderPath = 4096

// pageSettings are the settings that the page may change: those of a servent that
// "up" runs, and the configuration file it was started with.
type pageSettings struct {
	file     string
	home     string
	begun    []held         // as the servent was started with them
	defaults map[string]any // by key
	limits   transferLimits

	mu sync.Mutex // one at a time reads and writes the file
}

// transferLimits are those of a running servent.
type transferLimits interface {
	// SetLimits sets those that the request names, and returns all.
	SetLimits(context.Context, api.LimitsRequest) (api.Limits, error)
}

// newPageSettings returns the settings of the command line that was settled.
// Limits are to be set before anybody calls it.
func newPageSettings(s *settled, home string) *pageSettings {
	p := &pageSettings{file: s.file, home: home, begun: s.held, defaults: map[string]any{}}
	if path, err := filepath.Abs(s.file); err == nil {
		p.file = path
	}
	// What the file says has become the default of the flags that were settled.
	for _, fresh := range settingsOf(newApp(newConsole(io.Discard, io.Discard))) {
		p.defaults[fresh.key] = defaultOf(fresh.flag)
	}
	p.defaults[api.SettingDownloads] = filepath.Join(home, servent.DownloadsFolder)
	if whole, err := filepath.Abs(filepath.Join(home, servent.DownloadsFolder)); err == nil {
		p.defaults[api.SettingDownloads] = whole // the page asks for whole paths, and takes none other
	}
	return p
}

// settingsOnPage are the settings that the page shows, in its order.
var settingsOnPage = []string{api.SettingNetwork, api.SettingUp, api.SettingDown, api.SettingDownloads}

// Settings implements [web.Settings].
func (p *pageSettings) Settings(ctx context.Context) (api.Settings, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tell(ctx)
}

// tell tells of the settings; a file that cannot be read is a problem of theirs,
// and no error.
func (p *pageSettings) tell(ctx context.Context) (api.Settings, error) {
	out := api.Settings{Type: api.TypeSettings, File: p.file, Settings: []api.Setting{}}
	saved, err := readConfig(p.file, false, p.begun)
	if err != nil {
		out.Problem, out.Sentence = servent.Because(err).Parts()
	}
	limits, err := p.limits.SetLimits(ctx, api.LimitsRequest{})
	if err != nil {
		return api.Settings{}, err
	}
	for _, key := range settingsOnPage {
		now := p.tellOne(key, saved)
		switch key {
		case api.SettingUp:
			now.tellLimit(limits.Up)
		case api.SettingDown:
			now.tellLimit(limits.Down)
		}
		out.Settings = append(out.Settings, now.Setting)
	}
	return out, nil
}

// A toldSetting is a setting while it is put together.
type toldSetting struct {
	api.Setting
	inFile string // FILE:LINE
}

// tellOne tells of a setting, as if it had not changed since the start.
func (p *pageSettings) tellOne(key string, saved map[string]fileValue) toldSetting {
	i := slices.IndexFunc(p.begun, func(h held) bool { return h.key == key })
	h := p.begun[i]
	told := toldSetting{Setting: api.Setting{Key: key, Value: fmt.Sprint(h.value), Origin: h.origin, Where: h.where}}
	otherwise := fmt.Sprint(p.defaults[key])
	if h.value == "" {
		told.Value = otherwise
	}
	if key == api.SettingDownloads {
		if whole, err := filepath.Abs(told.Value); err == nil { // as upConfig does
			told.Value = whole
		}
	}
	told.Next = otherwise
	if v, ok := saved[key]; ok && v.value != "" {
		told.Saved, told.Line, told.Next = fmt.Sprint(v.value), v.line, fmt.Sprint(v.value)
		told.inFile = fmt.Sprintf("%s:%d", p.file, v.line)
	}
	if h.origin == fromFlag || h.origin == fromEnvironment {
		told.Beaten, told.Next = h.where, told.Value
	}
	return told
}

// tellLimit says what limit holds now, which may have changed since the start.
func (t *toldSetting) tellLimit(now int64) {
	t.Live, t.Bytes = true, now
	is := func(text string) bool {
		rate, err := checkRate(text)
		return err == nil && rate == now
	}
	switch {
	case t.Line > 0 && t.Origin != fromFlag && t.Origin != fromEnvironment && is(t.Saved):
		t.Value, t.Origin, t.Where = t.Saved, api.OriginFile, t.inFile
	case is(t.Value):
	case t.Line > 0 && is(t.Saved):
		t.Value, t.Origin, t.Where = t.Saved, api.OriginFile, t.inFile
	case now == 0 && t.Line == 0 && t.Beaten == "":
		t.Value, t.Origin, t.Where = "", api.OriginDefault, ""
	default:
		t.Value, t.Origin, t.Where = fmt.Sprint(now), api.OriginCall, ""
	}
}

// SaveSettings implements [web.Settings].
func (p *pageSettings) SaveSettings(ctx context.Context, request api.SettingsRequest) (api.Settings, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changes, limits, err := checkSettings(request, p.home)
	if err != nil {
		return api.Settings{}, err
	}
	text, err := readConfigText(p.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return api.Settings{}, unreadConfig(p.file, err)
	}
	edited := text
	for _, c := range changes {
		if edited, err = editConfig(p.file, edited, p.begun, c.key, c.value); err != nil {
			return api.Settings{}, err
		}
	}
	undo, err := p.setLimits(ctx, limits)
	if err != nil {
		return api.Settings{}, err
	}
	if string(edited) != string(text) {
		if err := writeConfig(p.file, edited); err != nil {
			return api.Settings{}, errors.Join(err, undo())
		}
	}
	return p.tell(ctx)
}

// setLimits has limits hold, and returns what has those hold again that did before.
// They come before the file, which alone cannot be taken back for sure.
func (p *pageSettings) setLimits(ctx context.Context, limits api.LimitsRequest) (undo func() error, err error) {
	before, err := p.limits.SetLimits(ctx, api.LimitsRequest{})
	if err != nil {
		return nil, err
	}
	if _, err := p.limits.SetLimits(ctx, limits); err != nil {
		return nil, err
	}
	if limits.Up != nil {
		limits.Up = &before.Up
	}
	if limits.Down != nil {
		limits.Down = &before.Down
	}
	return func() error {
		_, err := p.limits.SetLimits(context.WithoutCancel(ctx), limits)
		return err
	}, nil
}

// A settingChange is what a setting is to be in the file; nil: not there.
type settingChange struct {
	key   string
	value any
}

// checkSettings returns what a request changes: in the file, and at once.
func checkSettings(request api.SettingsRequest, home string) (changes []settingChange, now api.LimitsRequest, err error) {
	add := func(key string, text *string, check func(string) error) {
		if text == nil || err != nil {
			return
		}
		c := settingChange{key: key}
		if trimmed := strings.TrimSpace(*text); trimmed != "" {
			c.value, err = trimmed, check(trimmed)
		}
		changes = append(changes, c)
	}
	limit := func(rate **int64) func(string) error {
		return func(text string) error {
			n, err := checkRate(text)
			*rate = &n
			return err
		}
	}
	none := new(int64) // what an empty text stands for
	if request.Up != nil {
		now.Up = none
	}
	if request.Down != nil {
		now.Down = none
	}
	add(api.SettingNetwork, request.Network, checkNetworkName)
	add(api.SettingUp, request.Up, limit(&now.Up))
	add(api.SettingDown, request.Down, limit(&now.Down))
	add(api.SettingDownloads, request.Downloads, func(folder string) error { return checkDownloads(folder, home) })
	return changes, now, err
}

// checkNetworkName refuses a name that no network can have.
func checkNetworkName(name string) error {
	if err := (servent.Config{Network: name}).Check(); err != nil {
		return api.Fail(api.CodeUsage, "setting.network", "network {name}: use 1 to {most} letters, digits, '-', '_' or '.', not dots alone", strconv.Quote(name), servent.MaxNetworkName)
	}
	return nil
}

// checkDownloads refuses a folder that the next start could not make, use or share.
func checkDownloads(folder, home string) error {
	bad := strings.IndexFunc(folder, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0
	switch {
	case bad || len(folder) > maxFolderPath:
		return api.Fail(api.CodeUsage, "setting.no-path", "downloads: that is no path of a folder")
	case !filepath.IsAbs(folder):
		return api.Fail(api.CodeUsage, "setting.whole-path", "downloads {folder}: give the whole path, as {example}", folder, filepath.Join(defaultHome(), servent.DownloadsFolder))
	}
	at := filepath.Clean(folder) // where something is to be made
	info, err := os.Stat(at)
	if errors.Is(err, fs.ErrNotExist) {
		at = filepath.Dir(at)
		if info, err = os.Stat(at); err != nil {
			return api.Fail(api.CodeUsage, "setting.no-parent", "downloads {folder}: there is no folder to make it in; make {parent} first", folder, at)
		}
	} else if own, err := os.Stat(home); err == nil && os.SameFile(info, own) || at == string(filepath.Separator) {
		return api.Fail(api.CodeUsage, "setting.private", "downloads {folder}: the folder is shared, with all that is private in it; name one for the downloads alone", folder)
	}
	if err != nil {
		return api.Fail(api.CodeUsage, "setting.folder", "downloads {folder}: {cause}", folder, servent.Because(cause(err)))
	}
	if !info.IsDir() {
		return api.Fail(api.CodeUsage, "setting.file", "downloads {folder}: that is a file; name a folder", folder)
	}
	probe, err := os.MkdirTemp(at, ".servent-")
	if err != nil {
		return api.Fail(api.CodeUsage, "setting.unwritable", "downloads {folder}: nothing can be written in {parent}: {cause}", folder, at, servent.Because(cause(err)))
	}
	return os.Remove(probe)
}

// writeConfig puts text at path, whole or not at all, and leaves the mode as it is.
// A link at path stays one.
func writeConfig(path string, text []byte) error {
	if len(text) > maxConfig {
		return api.Fail(api.CodeUsage, "config.grown", "{path}: it would be larger than {most}", path, formatSize(maxConfig))
	}
	mode := fs.FileMode(0o600)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := createWhole(path, true)
	if err != nil {
		return err
	}
	defer f.drop()
	f.mode = mode
	if _, err := f.Write(text); err != nil {
		return writeError(path, err)
	}
	return f.keep()
}
