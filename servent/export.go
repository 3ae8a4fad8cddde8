package servent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

// trackerForms are how the address of a tracker is written.
const trackerForms = "http://HOST:PORT/announce, https://HOST:PORT/announce, udp://HOST:PORT"

// Torrent makes the metainfo of a shared file, or of a folder below a shared one,
// and remembers it, so that it is served. The files are hashed first if need be,
// of which emit, which may be nil, is told. Its errors for the caller's part are
// [*api.Error].
func (s *Shares) Torrent(ctx context.Context, req api.TorrentRequest, emit func(api.Hashing)) (api.Torrent, error) {
	for _, address := range req.Trackers {
		if !isTracker(address) {
			return api.Torrent{}, api.Fail(api.CodeUsage, "torrent.tracker", "torrent: tracker {text}: use {forms}", strconv.Quote(address), trackerForms)
		}
	}
	name, folder, files, err := s.toExport(ctx, req, emit)
	if err != nil {
		return api.Torrent{}, err
	}
	m, err := torrent.Create(ctx, s.createConfig(name, folder, files, req.Trackers))
	if err != nil {
		return api.Torrent{}, exportError(name, err)
	}
	out := api.Torrent{
		Type: api.TypeTorrent, Name: name, Size: m.Size(),
		InfoHashV1: fmt.Sprintf("%x", m.V1), InfoHashV2: fmt.Sprintf("%x", m.V2),
	}
	link := m.Magnet()
	if !folder {
		out.Root, link.SHA1 = files[0].Root.String(), files[0].SHA1
	}
	out.Magnet = link.String()
	if req.Output != "" {
		if out.Output, err = writeMetainfo(m, req); err != nil {
			return api.Torrent{}, err
		}
	}
	if err := s.torrents.keep(m); err != nil {
		return api.Torrent{}, err
	}
	if s.exported != nil {
		s.exported(m)
	}
	return out, nil
}

// isTracker reports whether clients can announce to an address.
func isTracker(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "udp" && u.Port() != "")
}

// toExport returns what a request asks for, hashed and in the order of the paths.
func (s *Shares) toExport(ctx context.Context, req api.TorrentRequest, emit func(api.Hashing)) (name string, folder bool, files []share.File, err error) {
	if req.Root != "" {
		own, err := s.HaveRoot(ctx, req.Root)
		switch {
		case err != nil:
			return "", false, nil, err
		case len(own) == 0:
			return "", false, nil, api.Fail(api.CodeNotFound, "torrent.no-file", "torrent: no shared file has a root that begins with {root}, and there is no such path; see: servent share list", req.Root)
		case len(own) > 1:
			return "", false, nil, api.Fail(api.CodeUsage, "torrent.several", "torrent: {n} shared files have a root that begins with {root}: give more digits", len(own), req.Root)
		}
		req.Path = own[0].Location
	}
	info, err := os.Stat(req.Path)
	if err != nil {
		return "", false, nil, shareError("torrent", req.Path, err)
	}
	name = filepath.Base(req.Path)
	if !info.IsDir() {
		err = s.await(ctx, emit, func(ctx context.Context) (err error) {
			files, err = s.collection.TagAll(ctx, []string{req.Path}) // with no keyword: hashed, no more
			return shareError("torrent", req.Path, err)
		})
		return name, false, files, err
	}
	if _, err := s.rescan(ctx, []string{req.Path}, emit); err != nil {
		return "", true, nil, err
	}
	real, err := filepath.EvalSymlinks(req.Path)
	if err != nil {
		return "", true, nil, shareError("torrent", req.Path, err)
	}
	for f := range s.collection.Library().Files() {
		if within(real, f.Location()) {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return "", true, nil, api.Fail(api.CodeUsage, "torrent.empty", "torrent: nothing is shared of the folder {path}", req.Path)
	}
	slices.SortFunc(files, func(a, b share.File) int { return cmp.Compare(a.Location(), b.Location()) })
	for i := range files {
		files[i].Path = belowFolder(real, files[i])
	}
	return name, true, files, nil
}

// belowFolder returns the path of a file below a folder, '/' between names.
func belowFolder(folder string, f share.File) string {
	below, err := filepath.Rel(folder, filepath.Dir(f.Location()))
	if err != nil || below == "." {
		return f.Name
	}
	return path.Join(filepath.ToSlash(below), f.Name)
}

// createConfig says what to make a torrent of.
func (s *Shares) createConfig(name string, folder bool, files []share.File, trackers []string) torrent.CreateConfig {
	cfg := torrent.CreateConfig{Name: name, Folder: folder, CreatedBy: "servent/" + Version, CreatedAt: time.Now()}
	for _, address := range trackers {
		cfg.Trackers = append(cfg.Trackers, []string{address})
	}
	for _, f := range files {
		cfg.Contents = append(cfg.Contents, torrent.Content{
			Path: f.Path, Size: f.Size, Root: f.Root, Open: func() (io.ReadCloser, error) { return os.Open(f.Location()) },
		})
	}
	return cfg
}

// exportError turns how the making of a metainfo failed into what is told of it.
func exportError(name string, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return api.NewError(api.CodeInterrupt, err.Error())
	case errors.Is(err, torrent.ErrTorrent):
		return api.Fail(api.CodeUsage, "torrent.cannot", "torrent: {name} cannot be one: {cause}", name, Because(err))
	case errors.Is(err, share.ErrChanged):
		return api.Fail(api.CodeVerify, "torrent.changed", "torrent: {name} changed while it was read: try again", name)
	}
	return err
}

// writeMetainfo writes a .torrent file where a request wants it.
func writeMetainfo(m *torrent.Metainfo, req api.TorrentRequest) (string, error) {
	dest := req.Output
	if info, err := os.Stat(dest); err == nil && info.IsDir() {
		dest = filepath.Join(dest, share.SafeName(strings.TrimSpace(m.Name)+torrentSuffix))
	}
	if _, err := os.Lstat(dest); err == nil && !req.Overwrite {
		return "", api.Fail(api.CodeExists, "torrent.exists", "torrent: there is a file {path} already", dest)
	}
	b, err := m.AppendBinary(nil)
	if err != nil {
		return "", err
	}
	if err := writeWhole(dest, b); err != nil {
		return "", fmt.Errorf("servent: write the metainfo: %w", err)
	}
	return dest, os.Chmod(dest, 0o644)
}
