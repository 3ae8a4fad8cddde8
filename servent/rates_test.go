package servent

import (
	"errors"
	"testing"

	"servent/servent/api"
)

// TestSetLimits: the limits of a servent that runs change, one at a time too, and
// nothing of a request that is wrong is done.
func TestSetLimits(t *testing.T) {
	t.Parallel()
	s := ready(t, start(t, Config{UploadRate: 1 << 20}))
	rate := func(n int64) *int64 { return &n }
	for _, step := range []struct {
		request api.LimitsRequest
		want    api.Limits
		wrong   bool
	}{
		{want: api.Limits{Up: 1 << 20}},
		{request: api.LimitsRequest{Up: rate(0), Down: rate(MinTransferRate)}, want: api.Limits{Down: MinTransferRate}},
		{request: api.LimitsRequest{Up: rate(2 << 20)}, want: api.Limits{Up: 2 << 20, Down: MinTransferRate}},
		{request: api.LimitsRequest{Up: rate(0), Down: rate(1)}, want: api.Limits{Up: 2 << 20, Down: MinTransferRate}, wrong: true},
		{request: api.LimitsRequest{Up: rate(-1)}, want: api.Limits{Up: 2 << 20, Down: MinTransferRate}, wrong: true},
	} {
		got, err := s.SetLimits(t.Context(), step.request)
		if step.wrong != errors.Is(err, api.CodeUsage) || !step.wrong && (err != nil || got != step.want) {
			t.Errorf("limits: got %+v, %v, want %+v, wrong: %t", got, err, step.want, step.wrong)
		}
		status, err := s.Status(t.Context())
		if got := (api.Limits{Up: status.UploadRate, Down: status.DownloadRate}); err != nil || got != step.want {
			t.Errorf("status: got %+v, %v, want %+v", got, err, step.want)
		}
	}
}

// TestLimitDuringDownload takes the limit from a source in the middle: at that of
// before, the rest would take eight minutes.
func TestLimitDuringDownload(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 16 << 20})
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}, UploadRate: MinTransferRate}))
	near := ready(t, start(t, Config{Home: t.TempDir()}))
	none, changed := int64(0), false
	wanted := request(t, far, "SEBLINUX.iso")
	wanted.Timeout = patience
	_, err := near.Get(t.Context(), wanted, func(p api.Progress) {
		if p.Sources == 1 && !changed {
			changed = true
			if _, err := far.SetLimits(t.Context(), api.LimitsRequest{Up: &none}); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || !changed {
		t.Errorf("get: limit changed: %t, %v", changed, err)
	}
}
