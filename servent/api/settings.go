package api

import (
	"context"
	"net/http"
)

// TypeSettings is the Type of a [Settings].
const TypeSettings = "settings"

// The Origin of a [Setting]'s value, the strongest first.
const (
	OriginCall        = "call"        // a limit that was changed since the start
	OriginFlag        = "flag"        // of the command line
	OriginEnvironment = "environment" // a variable
	OriginFile        = "file"        // the configuration file
	OriginDefault     = "default"
)

// The keys of the settings that can be changed, as the configuration file has
// them.
const (
	SettingNetwork   = "network"
	SettingUp        = "up.up"
	SettingDown      = "up.down"
	SettingDownloads = "up.downloads"
)

// Settings are those of a servent that can be changed while it runs.
type Settings struct {
	Type     string    `json:"type" enum:"settings"`
	File     string    `json:"file"`               // the configuration file, absolute, whether it exists or not
	Problem  string    `json:"problem,omitempty"`  // why it cannot be read, with the line: nothing can be saved until that is mended
	Sentence *Sentence `json:"sentence,omitempty"` // of the problem
	Settings []Setting `json:"settings"`
}

// A Setting is one setting of a servent: what holds now, and what will at the
// next start that is like this one.
type Setting struct {
	Key    string `json:"key"`    // one of the Setting constants
	Value  string `json:"value"`  // that holds now, as it was written; of a limit, empty or 0: none
	Bytes  int64  `json:"bytes"`  // of a limit: bytes a second, 0 for none; else 0
	Origin string `json:"origin"` // where Value is from: one of the Origin constants
	Where  string `json:"where"`  // the flag, the variable, or FILE:LINE; else empty
	Saved  string `json:"saved"`  // in the file; empty: it says nothing
	Line   int    `json:"line"`   // where in the file; 0: it says nothing
	Next   string `json:"next"`   // what holds at the next start
	Beaten string `json:"beaten"` // the flag or variable that beats the file at such a start; empty: none
	Live   bool   `json:"live"`   // what is saved holds at once, and not from the next start on
}

// A SettingsRequest saves settings in the configuration file; nil leaves one as
// it is, and an empty text takes it out of the file. All are saved, or none.
type SettingsRequest struct {
	Network   *string `json:"network,omitempty"`   // 1 to 64 letters, digits, -, _ and .
	Up        *string `json:"up,omitempty"`        // bytes a second, as "500k" or "2 MiB/s"; "0": no limit
	Down      *string `json:"down,omitempty"`      // likewise
	Downloads *string `json:"downloads,omitempty"` // an absolute folder, or one to be made in a folder that is there
}

// Settings returns the settings. It fails where the servent was not started by
// the command.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	return call[Settings](ctx, c, http.MethodGet, "/api/settings", nil)
}

// SaveSettings saves settings and returns them as they are then.
func (c *Client) SaveSettings(ctx context.Context, request SettingsRequest) (Settings, error) {
	return call[Settings](ctx, c, http.MethodPost, "/api/settings", request)
}
