package servent

import (
	"servent/servent/api"
	"servent/share"
)

// maxFigures bounds of how many sources a run knows the figures: those that come
// and go have new ones each.
const maxFigures = 2 * maxCandidates

// figures are what the sources of a run have brought, by name. The mutex of the
// list of downloads guards them.
type figures map[string]figure

// A figure is what one source has brought.
type figure struct {
	before int64              // bytes, on connections that have ended
	now    *share.SourceState // nil: there is none
}

// take takes in what a download tells of its sources.
func (f *figures) take(each []share.SourceState) {
	for _, one := range each {
		known, ok := (*f)[one.Name]
		f.put(one.Name, ok, figure{known.before, &one})
	}
}

// lose takes in what a source was like that is lost.
func (f *figures) lose(source share.SourceState) {
	known, ok := (*f)[source.Name]
	f.put(source.Name, ok, figure{before: known.before + source.Received})
}

func (f *figures) put(name string, known bool, to figure) {
	if *f == nil {
		*f = figures{}
	}
	if known || len(*f) < maxFigures {
		(*f)[name] = to
	}
}

// last completes what is told of a source when the run has ended.
func (f figures) last(source api.DownloadSource) api.DownloadSource {
	source.Received, source.Rate = f.of(source).Received, 0
	if source.State == api.SourceDialled {
		source.State = api.SourceKnown
	}
	return source
}

// of completes what is told of a source.
func (f figures) of(source api.DownloadSource) api.DownloadSource {
	known, ok := f[source.Peer]
	if !ok {
		return source
	}
	source.Received = known.before
	if known.now == nil {
		return source
	}
	source.Received += known.now.Received
	if source.State != api.SourceDialled {
		return source
	}
	source.Rate = known.now.Rate
	switch {
	case known.now.Snubbed:
		source.State = api.SourceSilent
	case known.now.Choked:
		source.State = api.SourceChoked
	default:
		source.State = api.SourceAnswers
	}
	return source
}
