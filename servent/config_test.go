package servent

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"servent/routing"
	"servent/servent/web"
)

func TestConfigDefaults(t *testing.T) {
	c, err := Config{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if c.Network != "lan" || c.TTL != 7 || c.Rule != routing.PlainRule || c.Rate != 200 || c.Burst != 1000 {
		t.Errorf("overlay: got %q, TTL %d, rule %v, rate %d, burst %d", c.Network, c.TTL, c.Rule, c.Rate, c.Burst)
	}
	if c.WantLinks != 8 || c.MaxLinks != 32 || c.OutboxSize != 1024 || c.KeepAlive != 20*time.Second || c.Uploads != 16 {
		t.Errorf("links: got %d, %d, %d, %v, %d", c.WantLinks, c.MaxLinks, c.OutboxSize, c.KeepAlive, c.Uploads)
	}
	if c.Web != WebOff || c.Home != "" || c.Log == nil {
		t.Errorf("surroundings: got web %q, home %q, log %v", c.Web, c.Home, c.Log)
	}
}

func TestConfigHomeBecomesAbsolute(t *testing.T) {
	c, err := Config{Home: "somewhere"}.withDefaults()
	if err != nil || !filepath.IsAbs(c.Home) {
		t.Errorf("got %q, %v, want an absolute path", c.Home, err)
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		Config
		field string // that the error names
	}{
		"a network of spaces":        {Config{Network: "two words"}, "Network"},
		"a network with a line end":  {Config{Network: "lan\r\nX-Evil: 1"}, "Network"},
		"a network of dots":          {Config{Network: ".."}, "Network"},
		"a network beyond ASCII":     {Config{Network: "län"}, "Network"},
		"a network of 65 letters":    {Config{Network: strings.Repeat("x", 65)}, "Network"},
		"a negative TTL":             {Config{TTL: -1}, "TTL"},
		"a TTL over 7":               {Config{TTL: 8}, "TTL"},
		"fewer links than wanted":    {Config{MaxLinks: 7}, "MaxLinks"},
		"a negative number of links": {Config{WantLinks: -1}, "WantLinks"},
		"a negative outbox":          {Config{OutboxSize: -1}, "OutboxSize"},
		"negative uploads":           {Config{Uploads: -1}, "Uploads"},
		"negative limit":             {Config{UploadRate: -1}, "UploadRate"},
		"limit too low to live":      {Config{DownloadRate: MinTransferRate - 1}, "DownloadRate"},
		"a negative burst":           {Config{Burst: -1}, "Burst"},
		"a negative silence":         {Config{KeepAlive: -time.Second}, "KeepAlive"},
		"no address to listen on":    {Config{Listen: []string{"6346"}}, "Listen"},
		"no servent to connect to":   {Config{Connect: []string{"two words"}}, "Connect"},
		"a page without a port":      {Config{Web: "127.0.0.1"}, "Web"},
		"a page for all, unlocked":   {Config{Web: "0.0.0.0:0"}, "Web"},
		"a page for a network":       {Config{Web: "192.0.2.1:0"}, "Web"},
		"a page on any address":      {Config{Web: ":0"}, "Web"},
		"a page on a name":           {Config{Web: "example.org:0", WebPassword: "long enough, it seems"}, "Web"},
		"a short password":           {Config{Web: "0.0.0.0:0", WebPassword: "elevenchars"}, "WebPassword"},
	} {
		s, err := New(c.Config)
		if err == nil {
			t.Errorf("%s: New accepts it", name)
			s.Close()
			continue
		}
		var wrong *ConfigError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "servent: "+c.field) {
			t.Errorf("%s: error %q does not name the field %s", name, err, c.field)
		}
	}
	for name, c := range map[string]Config{
		"a page on every address": {Web: "0.0.0.0:0"},
		"torrents without a port": {BitTorrent: "127.0.0.1"},
		"torrents on a name":      {BitTorrent: "example.org:6881"},
		"torrents on port 65536":  {BitTorrent: "127.0.0.1:65536"},
		"a page without a port":   {Web: "127.0.0.1"},
		"a port too high":         {Web: "127.0.0.1:65536"},
	} {
		if _, err := web.Listen(c.Web); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestConfigNetworkOf64Letters(t *testing.T) {
	if _, err := (Config{Network: strings.Repeat("x", 64)}).withDefaults(); err != nil {
		t.Error(err)
	}
}
