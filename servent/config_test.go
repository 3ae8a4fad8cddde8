package servent

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"servent/routing"
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
	for name, c := range map[string]Config{
		"a network of spaces":        {Network: "two words"},
		"a network with a line end":  {Network: "lan\r\nX-Evil: 1"},
		"a network beyond ASCII":     {Network: "län"},
		"a network of 65 letters":    {Network: strings.Repeat("x", 65)},
		"a negative TTL":             {TTL: -1},
		"a TTL over 7":               {TTL: 8},
		"fewer links than wanted":    {MaxLinks: 7},
		"a negative number of links": {WantLinks: -1},
		"a negative outbox":          {OutboxSize: -1},
		"negative uploads":           {Uploads: -1},
		"negative limit":             {UploadRate: -1},
		"limit too low to live":      {DownloadRate: MinTransferRate - 1},
		"a negative burst":           {Burst: -1},
		"a negative silence":         {KeepAlive: -time.Second},
	} {
		if s, err := New(c); err == nil {
			t.Errorf("%s: New accepts it", name)
			s.Close()
		} else if !strings.HasPrefix(err.Error(), "servent: ") {
			t.Errorf("%s: error %q does not say who speaks", name, err)
		}
	}
	for name, c := range map[string]Config{
		"a page on every address": {Web: "0.0.0.0:0"},
		"a page without a port":   {Web: "127.0.0.1"},
		"a port too high":         {Web: "127.0.0.1:65536"},
	} {
		if _, err := listenLoopback(c.Web); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestConfigNetworkOf64Letters(t *testing.T) {
	if _, err := (Config{Network: strings.Repeat("x", 64)}).withDefaults(); err != nil {
		t.Error(err)
	}
}
