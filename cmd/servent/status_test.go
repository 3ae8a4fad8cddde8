package main

import (
	"bytes"
	"strings"
	"testing"

	"servent/servent/api"
)

func TestPrintStatus(t *testing.T) {
	var out bytes.Buffer
	newConsole(&out, &out).printStatus(api.Status{
		Peer: "p", Network: "lan", Addrs: []string{"/ip4/127.0.0.1/tcp/1/p2p/p"}, Web: "http://127.0.0.1:6348/",
		Uptime: 61, Links: 2, Library: api.Library{
			Files: 1, Bytes: 2048, Hashing: 3, Problems: 2,
			Progress: &api.Hashing{Files: 4, Hashed: 1, Bytes: 400, BytesHashed: 100, Rate: 50, ETA: 6, File: "/a\x1b"},
			Repair:   &api.Repair{Cause: "bad page", SetAside: "/home/catalog.db.damaged"},
		},
		UploadRate: 2 << 20, Uploaded: 3 << 20,
		Messages:  []api.Traffic{{Type: "Query", Received: 17, Sent: 1, Fresh: 11, Duplicate: 6}},
		Dropped:   []api.Drop{{Reason: "duplicate", Count: 6}},
		Transfers: []api.Transfer{{Direction: "down", Name: "a\x1b.iso", Size: 200, Bytes: 82}},
	})
	for _, want := range []string{
		"up          1m1s\n", "limits      up 2.0 MiB/s, down any\n", "uploaded    3.0 MiB\n", "library     1 file, 2.0 KiB\n", "page        http://127.0.0.1:6348/ (a browser that it does not know: servent page)\n",
		"to hash     3 files, 300 B; 25 % done, 50 B/s, 6 s left\n", `hashing     /a\u001b`, "not shared  2 files and folders: servent share list\n",
		"repaired    the catalogue was damaged (bad page), it lies now at /home/catalog.db.damaged\n",
		"address     /ip4/127.0.0.1/tcp/1/p2p/p\n",
		"Query    17        1     11     0         6\n", "duplicate        6\n", `down  a\u001b.iso  41 %  200 B`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
}
