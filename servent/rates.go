package servent

import (
	"context"

	"servent/servent/api"
	"servent/share"
)

// SetLimits changes how many bytes a second all uploads and all downloads may
// move, until the servent ends, and returns the limits as they are then. Of two
// none is changed where one is wrong. Its errors are [*api.Error].
func (s *Servent) SetLimits(_ context.Context, req api.LimitsRequest) (api.Limits, error) {
	changes := []struct {
		way   string
		rate  *int64
		limit *share.Limiter
	}{{"up", req.Up, s.up}, {"down", req.Down, s.down}}
	for _, c := range changes {
		if c.rate != nil && *c.rate != 0 && *c.rate < MinTransferRate {
			return api.Limits{}, api.Fail(api.CodeUsage, "rate.least", "limits: {way} {rate}: use {least} bytes a second or more, or 0 for no limit", c.way, *c.rate, MinTransferRate)
		}
	}
	for _, c := range changes {
		if c.rate != nil {
			c.limit.SetRate(*c.rate)
			s.log.Info("limit changed", "way", c.way, "rate", *c.rate)
		}
	}
	return api.Limits{Up: s.up.Rate(), Down: s.down.Rate()}, nil
}
