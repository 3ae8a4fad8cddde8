package servent

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"servent/servent/api"
	"servent/share"
)

// Because returns what err, which may be nil, says: all its English, and the
// sentence of what it was caused by, where that is known.
func Because(err error) api.Said {
	if err == nil {
		return api.Said{}
	}
	said := api.Said{Text: err.Error()}
	var told *api.Error
	var inner api.Said
	var apart *unreachable
	switch {
	case errors.As(err, &told):
		said.Sentence = told.Sentence
	case errors.As(err, &apart): // each way failed for another reason
		said.Sentence = &api.Sentence{Code: unreachedCode}
	case errors.As(err, &inner):
		said.Sentence = inner.Sentence
	default:
		for _, known := range causes {
			if errors.Is(err, known.err) {
				said.Sentence = &api.Sentence{Code: known.code}
				break
			}
		}
	}
	return said
}

// A knownCause is an error of another package that has a sentence, without values.
type knownCause struct {
	err  error
	code string
}

// unreachedCode is the sentence of an [unreachable].
const unreachedCode = "cause.unreached"

// causes are looked at in this order: an error may be several of them, and the
// first says most.
var causes = []knownCause{
	{share.ErrDiskFull, "cause.disk-full"},
	{share.ErrLie, "cause.lie"},
	{share.ErrChanged, "cause.changed"},
	{share.ErrGone, "cause.gone"},
	{share.ErrSlow, "cause.slow"},
	{share.ErrSilent, "cause.silent"},
	{share.ErrHungUp, "cause.hung-up"},
	{share.ErrAlready, "cause.already"},
	{share.ErrExists, "cause.exists"},
	{share.ErrBusy, "cause.fetched-elsewhere"},
	{share.ErrVerify, "cause.verify"},
	{share.ErrLinkLeaves, "cause.link-leaves"},
	{share.ErrLinkNowhere, "cause.link-nowhere"},
	{share.ErrLinkFolder, "cause.link-folder"},
	{share.ErrTooDeep, "cause.too-deep"},
	{share.ErrPrivate, "cause.private"},
	{share.ErrWholeDisk, "cause.whole-disk"},
	{share.ErrUnsteady, "cause.unsteady"},
	{share.ErrNoSize, "cause.no-size"},
	{share.ErrNotFolder, "cause.not-folder"},
	{share.ErrNotFile, "cause.not-file"},
	{share.ErrBadTag, "cause.bad-tag"},
	{share.ErrLocked, "cause.locked"},
	{share.ErrCatalogueGone, "cause.catalogue-gone"},
	{share.ErrCatalogueBroken, "cause.catalogue-broken"},
	{fs.ErrPermission, "cause.permission"},
	{fs.ErrNotExist, "cause.no-file"},
	{syscall.ENOSPC, "cause.disk-full"},
	{syscall.EROFS, "cause.read-only"},
	{syscall.EADDRINUSE, "cause.address-used"},
	{syscall.ECONNREFUSED, "cause.refused"},
	{syscall.EHOSTUNREACH, "cause.no-route"},
	{syscall.ENETUNREACH, "cause.no-route"},
	{syscall.ECONNRESET, "cause.hung-up"},
	{context.DeadlineExceeded, "cause.timeout"},
	{os.ErrDeadlineExceeded, "cause.timeout"},
	{syscall.ETIMEDOUT, "cause.timeout"},
	{io.ErrUnexpectedEOF, "cause.hung-up"},
	{io.EOF, "cause.hung-up"},
	{ErrClosed, "cause.stopped"},
	{context.Canceled, "cause.stopped"},
	{share.ErrUnfinished, "cause.unfinished"},
}
