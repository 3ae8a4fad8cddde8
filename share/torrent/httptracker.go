package torrent

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/anacrolix/torrent/bencode"
)

const (
	maxAnswerSize = 256 << 10 // bytes of an answer
	maxHeaderSize = 16 << 10  // bytes before it
	maxRedirects  = 3
)

// An httpAnswer is the bencoded body. Peers is a string of compact addresses or
// a list of dictionaries. Source: BEP 3, 7, 23.
type httpAnswer struct {
	Failure  string        `bencode:"failure reason"`
	Interval int64         `bencode:"interval"`
	Peers    bencode.Bytes `bencode:"peers"`
	Peers6   string        `bencode:"peers6"`
}

// overHTTP announces to an HTTP tracker.
//
// The library's client is not used: it believes every certificate, and reads
// answers without end.
func (a announcement) overHTTP(ctx context.Context, tracker *url.URL) (answer, error) {
	with := *tracker
	with.RawQuery = strings.TrimPrefix(tracker.RawQuery+"&"+a.query(), "&")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, with.String(), nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("User-Agent", a.client)
	request.Close = true // the next announce is far away
	response, err := trackerClient(tracker).Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // else it repeats the address with all we said
		}
		return answer{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("it answers %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerSize+1))
	if err != nil {
		return answer{}, err
	}
	if len(body) > maxAnswerSize {
		return answer{}, fmt.Errorf("it answers with more than %d bytes", maxAnswerSize)
	}
	return parseHTTPAnswer(body)
}

// trackerClient returns the client for one announce. A torrent from anywhere may
// name any address as its tracker, so that we would send what it likes to
// services that only this computer reaches: of these only an announce is asked,
// and no tracker leads to another host.
func trackerClient(tracker *url.URL) *http.Client {
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err == nil && to.Addr().Unmap().IsLoopback() && !strings.HasPrefix(tracker.Path, "/announce") {
			return errors.New("a tracker on this computer must have the path /announce")
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeaderSize},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if to.URL.Host != tracker.Host || len(via) > maxRedirects {
				return errors.New("it leads elsewhere")
			}
			return nil
		},
	}
}

// query returns what is told, as the query of a URL. Infohash and peer ID are
// bytes, which url.Values escapes; trackers know '+' not as a space.
func (a announcement) query() string {
	values := url.Values{
		"info_hash": {string(a.hash[:])}, "peer_id": {string(a.peerID[:])}, "port": {strconv.Itoa(int(a.port))},
		"uploaded": {strconv.FormatInt(a.figures.Uploaded, 10)}, "downloaded": {strconv.FormatInt(a.figures.Downloaded, 10)},
		"left": {strconv.FormatInt(a.figures.Left, 10)}, "compact": {"1"}, "numwant": {strconv.Itoa(maxPeers)},
		"key": {strconv.FormatUint(uint64(uint32(a.key)), 16)},
	}
	if a.event != None {
		values.Set("event", a.event.String())
	}
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}

// parseHTTPAnswer reads the body of an answer.
func parseHTTPAnswer(body []byte) (answer, error) {
	var told httpAnswer
	if err := decode(body, &told); err != nil {
		return answer{}, err
	}
	if told.Failure != "" {
		return answer{}, fmt.Errorf("it says %q", told.Failure)
	}
	peers, err := parsePeers(told.Peers)
	if err != nil {
		return answer{}, err
	}
	return answer{told.Interval, boundPeers(append(peers, compactPeers([]byte(told.Peers6), 16)...))}, nil
}

// parsePeers reads the value of "peers".
func parsePeers(b bencode.Bytes) ([]netip.AddrPort, error) {
	switch {
	case len(b) == 0:
		return nil, nil
	case b[0] != 'l':
		var compact string
		err := decode(b, &compact)
		return compactPeers([]byte(compact), 4), err
	}
	var list []struct {
		IP   string `bencode:"ip"`
		Port uint16 `bencode:"port"`
	}
	if err := decode(b, &list); err != nil {
		return nil, err
	}
	var peers []netip.AddrPort
	for _, p := range list {
		if ip, err := netip.ParseAddr(p.IP); err == nil { // names are not looked up
			peers = append(peers, netip.AddrPortFrom(ip.WithZone(""), p.Port))
		}
	}
	return peers, nil
}

// compactPeers reads addresses of size bytes, each followed by its port.
func compactPeers(b []byte, size int) []netip.AddrPort {
	var peers []netip.AddrPort
	for ; len(b) >= size+2; b = b[size+2:] {
		ip, _ := netip.AddrFromSlice(b[:size])
		peers = append(peers, netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[size:])))
	}
	return peers
}
