package messages

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vectors are the protocol's published and computed test vectors.
type vectors struct {
	Messages []struct {
		Name    string
		Hex     string
		Decoded map[string]any
	}
	GGEP []struct {
		Name, Hex string
		Items     []struct{ ID, Payload, Flags string }
	}
	GGEPLengths []struct {
		N   int
		Hex string
	} `json:"ggep_lengths"`
	COBS          []struct{ Raw, COBS string }
	GGEPMalformed []struct{ Name, Hex string } `json:"ggep_malformed"`
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// message splits one encoded message as a Reader would.
func message(t testing.TB, b []byte) Message {
	t.Helper()
	h, length, err := ParseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	if int(length) != len(b)-HeaderSize {
		t.Fatalf("header claims %d bytes of payload, %d follow", length, len(b)-HeaderSize)
	}
	return Message{Header: h, Payload: b[HeaderSize:]}
}

func TestVectorsMessages(t *testing.T) {
	for _, v := range readVectors(t).Messages {
		t.Run(v.Name, func(t *testing.T) {
			b := unhex(t, v.Hex)
			m := message(t, b)
			p, err := Parse(m)
			if err != nil {
				t.Fatal(err)
			}
			got := asJSON(t, describe(m, p))
			for field, want := range v.Decoded {
				if _, opaque := p.(Opaque); opaque && !headerFields[field] {
					continue // of QRP and vendor messages the bytes are kept, not the fields
				}
				if diff := cmp.Diff(want, got[field]); diff != "" {
					t.Errorf("%s: want(-), got(+):\n%s", field, diff)
				}
			}
			again, err := New(m.GUID, m.TTL, p)
			if err != nil {
				t.Fatal(err)
			}
			again.Hops = m.Hops
			if written, _ := again.AppendBinary(nil); hex.EncodeToString(written) != v.Hex {
				t.Errorf("written back: got %x, want %s", written, v.Hex)
			}
		})
	}
}

var headerFields = map[string]bool{"guid": true, "type": true, "ttl": true, "hops": true, "payload_len": true}

// describe names the fields of a message as the vectors do.
func describe(m Message, p Payload) map[string]any {
	d := map[string]any{
		"guid": m.GUID.String(), "type": m.Type, "ttl": m.TTL, "hops": m.Hops, "payload_len": len(m.Payload),
	}
	switch p := p.(type) {
	case Ping:
		d["ggep"] = describeGGEP(p.Extensions)
	case Pong:
		describePong(d, p)
	case Query:
		describeQuery(d, p)
	case QueryHit:
		describeHit(d, p)
	case Push:
		d["servent"], d["index"], d["ip"], d["port"] = p.ServentGUID.String(), p.Index, describeIP(p.IP), p.Port
		d["ggep"] = describeGGEP(p.Extensions)
	case Bye:
		d["code"], d["message"] = p.Code, p.Text
		d["headers"] = map[string]string{"Server": p.Header("server")}
	}
	return d
}

func describePong(d map[string]any, p Pong) {
	d["port"], d["ip"], d["files"], d["kbytes"] = p.Port, describeIP(p.IP), p.Files, p.KBytes
	d["ultrapeer_marked"] = p.MarksUltrapeer()
	d["ggep"] = describeGGEP(p.Extensions)
	uptime, _ := p.Extensions.GGEP("DU")
	d["daily_uptime"] = littleEndian(uptime)
	if up, _ := p.Extensions.GGEP("UP"); len(up) == 3 {
		d["free_leaf_slots"], d["free_up_slots"] = up[1], up[2]
	}
	hosts, _ := p.Extensions.GGEP("IPP")
	d["ipp"] = describeHosts(hosts)
}

var flagNames = []struct {
	flag QueryFlags
	name string
}{
	{QueryMarked, "marked"}, {QueryFirewalled, "firewalled"}, {QueryXML, "xml"},
	{QueryLeafGuided, "leaf_guided"}, {QueryHashes, "ggep_h"}, {QueryOutOfBand, "oob"},
	{QueryFWTransfer, "fw_fw"}, {QueryUDP, "sr_udp"},
}

func describeQuery(d map[string]any, q Query) {
	var names []string
	for _, f := range flagNames {
		if q.Flags.Read()&f.flag != 0 {
			names = append(names, f.name)
		}
	}
	sum, _ := q.Extensions.SHA1()
	d["flags"], d["flag_names"] = fmt.Sprintf("0x%04x", uint16(q.Flags)), names
	d["legacy"] = q.Flags&QueryMarked == 0
	d["text"], d["ext"] = q.Criteria, hex.EncodeToString(q.Extensions)
	d["gem"], d["ggep"] = q.Extensions.URNs(), describeGGEP(q.Extensions)
	d["sha1"] = hex.EncodeToString(sum[:])
}

func describeHit(d map[string]any, h QueryHit) {
	d["count"], d["port"], d["ip"], d["speed"] = len(h.Results), h.Port, describeIP(h.IP), h.Speed
	d["vendor"], d["open_data"] = string(h.Trailer.Vendor[:]), hex.EncodeToString(h.Trailer.OpenData)
	d["servent"] = h.ServentGUID.String()
	for name, flag := range map[string]HitFlag{
		"push": HitPush, "busy": HitBusy, "uploaded": HitUploaded, "measured_speed": HitMeasured, "ggep": HitGGEP,
	} {
		d[name], _ = h.Trailer.Flag(flag)
	}
	d["private"] = describeGGEP(h.Trailer.Extensions())
	proxies, _ := h.Trailer.Extensions().GGEP("PUSH")
	d["push_proxies"] = describeHosts(proxies)

	var results []map[string]any
	for _, r := range h.Results {
		ext := r.Extensions
		one := map[string]any{"index": r.Index, "size": r.Size, "name": r.Name, "ext": hex.EncodeToString(ext)}
		if created, ok := ext.GGEP("CT"); ok {
			one["created"] = littleEndian(created)
		}
		if alt, ok := ext.GGEP("ALT"); ok {
			one["alt"] = describeHosts(alt)
		}
		if _, ok := ext.GGEP(KeyLargeFile); ok {
			one["legacy_size"], _ = r.sizeField()
		}
		if block := describeGGEP(ext); len(block) > 0 {
			one["ggep"] = block
		}
		for item := range ext.All() {
			if item.Kind == KindURN {
				one["gem"] = []string{item.Text}
			}
		}
		results = append(results, one)
	}
	d["results"] = results
}

func describeIP(ip [4]byte) string { return netip.AddrFrom4(ip).String() }

func describeHosts(b []byte) []string {
	var hosts []string
	for ; len(b) >= 6; b = b[6:] {
		hosts = append(hosts, fmt.Sprintf("%s:%d", describeIP([4]byte(b)), binary.LittleEndian.Uint16(b[4:])))
	}
	return hosts
}

func describeGGEP(e Extensions) [][2]string {
	block := [][2]string{}
	for item := range e.All() {
		if item.Kind == KindGGEP {
			block = append(block, [2]string{item.GGEP.ID, hex.EncodeToString(item.GGEP.Payload)})
		}
	}
	return block
}

func littleEndian(b []byte) uint64 {
	var le [8]byte
	copy(le[:], b)
	return binary.LittleEndian.Uint64(le[:])
}

// asJSON gives v the types that the vectors have once they are decoded.
func asJSON(t *testing.T, v any) (m map[string]any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Parsed items keep their bytes, so writing them back proves little: here every
// area is laid out anew from what its items say.
func TestVectorsAreasRebuilt(t *testing.T) {
	areas := 0
	for _, v := range readVectors(t).Messages {
		p, err := Parse(message(t, unhex(t, v.Hex)))
		if err != nil {
			t.Fatal(err)
		}
		check := func(e Extensions, noNUL bool) {
			t.Helper()
			if len(e) == 0 {
				return
			}
			areas++
			if got, err := rebuild(e, noNUL); err != nil || string(got) != string(e) {
				t.Errorf("%s: rebuilt area: got %x, %v, want %x", v.Name, got, err, e)
			}
		}
		switch p := p.(type) {
		case Ping:
			check(p.Extensions, false)
		case Pong:
			check(p.Extensions, false)
		case Query:
			check(p.Extensions, false)
		case Push:
			check(p.Extensions, false)
		case QueryHit:
			check(p.Trailer.Extensions(), false)
			for _, r := range p.Results {
				check(r.Extensions, true)
			}
		}
	}
	if areas != 9 {
		t.Errorf("got %d areas in the vectors, want 9", areas)
	}
}

// rebuild writes e's items without the bytes that they came in.
func rebuild(e Extensions, noNUL bool) (Extensions, error) {
	a := Area{NoNUL: noNUL}
	for item := range e.All() {
		switch item.Kind {
		case KindURN:
			a.URNs = append(a.URNs, URN(item.Text))
		case KindGGEP:
			a.GGEP = append(a.GGEP, GGEPItem{ID: item.GGEP.ID, Payload: item.GGEP.Payload})
		default:
			a.Texts = append(a.Texts, item.Text)
		}
	}
	return a.Extensions()
}

func TestVectorsGGEP(t *testing.T) {
	for _, v := range readVectors(t).GGEP {
		b := unhex(t, v.Hex)
		block, n, err := ParseGGEP(b)
		if err != nil || n != len(b) || len(block) != len(v.Items) {
			t.Errorf("%s: got %d items of %d bytes, %v, want %d of %d", v.Name, len(block), n, err, len(v.Items), len(b))
			continue
		}
		var anew GGEP
		for i, want := range v.Items {
			item := block[i]
			flags := unhex(t, want.Flags)[0]
			if item.ID != want.ID || hex.EncodeToString(item.Payload) != want.Payload ||
				item.COBS != (flags&ggepCOBS != 0) || item.Deflate != (flags&ggepDeflate != 0) {
				t.Errorf("%s: item %d: got %+v, want %+v", v.Name, i, item, want)
			}
			anew = append(anew, GGEPItem{ID: item.ID, Payload: item.Payload, COBS: item.COBS, Deflate: item.Deflate})
		}
		if got, err := block.AppendBinary(nil); err != nil || string(got) != string(b) {
			t.Errorf("%s: written back: got %x, %v, want %x", v.Name, got, err, b)
		}
		again, err := anew.AppendBinary(nil)
		if err != nil {
			t.Errorf("%s: written anew: %v", v.Name, err)
		}
		deflated := block[0].Deflate // compressors differ in their bytes, not in what they mean
		if !deflated && string(again) != string(b) {
			t.Errorf("%s: written anew: got %x, want %x", v.Name, again, b)
		}
		if reread, _, err := ParseGGEP(again); err != nil || string(reread[0].Payload) != string(block[0].Payload) {
			t.Errorf("%s: written anew and read: got %+v, %v", v.Name, reread, err)
		}
	}
}

func TestVectorsGGEPMalformed(t *testing.T) {
	// Where the fault lies in each, counted by hand from the vectors' bytes.
	offsets := map[string]int{
		"id length zero":         1,
		"reserved bit 4":         1,
		"length byte 11":         3,
		"length byte 00":         3,
		"four length bytes":      6,
		"payload past end":       4,
		"cobs flag, NUL inside":  5,
		"cobs code past end":     4,
		"truncated after flags":  2,
		"deflate flag, not zlib": 4,
		"no last flag then end":  4,
	}
	for _, v := range readVectors(t).GGEPMalformed {
		b := unhex(t, v.Hex)
		block, _, err := ParseGGEP(b)
		var fault *ExtensionError
		if !errors.As(err, &fault) {
			t.Errorf("%s: got %+v, %v, want an ExtensionError", v.Name, block, err)
			continue
		}
		if want, ok := offsets[v.Name]; !ok || fault.Offset != want {
			t.Errorf("%s: got offset %d (%v), want %d", v.Name, fault.Offset, err, want)
		}
		// In a message the block is ignored and kept.
		p, err := Parse(Message{Header: Header{Type: TypePing}, Payload: b})
		if err != nil {
			t.Errorf("%s: Ping with it: %v", v.Name, err)
			continue
		}
		for item := range p.(Ping).Extensions.All() {
			if item.Kind == KindGGEP {
				t.Errorf("%s: Ping with it has item %+v", v.Name, item)
			}
		}
		if again, err := p.AppendBinary(nil); err != nil || string(again) != string(b) {
			t.Errorf("%s: Ping with it written back: got %x, %v", v.Name, again, err)
		}
	}
}

func TestVectorsGGEPLengths(t *testing.T) {
	for _, v := range readVectors(t).GGEPLengths {
		want := unhex(t, v.Hex)
		if got := appendGGEPLength(nil, v.N); string(got) != string(want) {
			t.Errorf("length %d: got %x, want %x", v.N, got, want)
		}
		if n, size, reason := parseGGEPLength(want); n != v.N || size != len(want) || reason != "" {
			t.Errorf("length %x: got %d in %d bytes, %q, want %d", want, n, size, reason, v.N)
		}
	}
}

func TestVectorsCOBS(t *testing.T) {
	for _, v := range readVectors(t).COBS {
		raw, want := unhex(t, v.Raw), unhex(t, v.COBS)
		if got := appendCOBS(nil, raw); string(got) != string(want) {
			t.Errorf("COBS of %x: got %x, want %x", raw, got, want)
		}
		if reason, at := checkCOBS(want); reason != "" {
			t.Errorf("COBS %x: %s at %d", want, reason, at)
		}
		if got := decodeCOBS(want); string(got) != string(raw) {
			t.Errorf("COBS %x decoded: got %x, want %x", want, got, raw)
		}
	}
}
