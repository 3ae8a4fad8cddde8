// Package torrent reads and writes what BitTorrent clients exchange beside the
// peer wire: .torrent files of version 1, version 2 and both ([Parse], [Create]),
// magnet links ([ParseMagnet]), announces to trackers ([Announce]) and the
// metadata that peers give one another ([Metadata]).
//
// Everything that is read is hostile. Sizes, depths and numbers are bounded by
// named limits before memory is taken; the bencoding, whose decoder is a
// library's, is walked through first; every name becomes a [share.SafeName];
// and of a hybrid both views must tell of the same bytes.
//
// Source: BEP 3, 7, 9, 12, 15, 23, 47, 52.
package torrent
