package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

var someDownloads = api.DownloadList{Type: api.TypeDownloads, Downloads: []api.Download{
	{ID: 1, State: api.DownloadRunning, Name: "a\x1b\t.iso", Root: strings.Repeat("ab", 32), Size: 200, Verified: 82, Rate: 41.4, ETA: 2.85,
		Path: "/d/a.iso", Sources: make([]api.DownloadSource, 2), Begun: time.Unix(1e9, 0), Answering: 1, Priority: api.PriorityHigh},
	{ID: 12, State: api.DownloadFailed, Root: strings.Repeat("cd", 32), Size: -1, ETA: -1, Code: api.CodeNotFound, Reason: "nobody has\nit"},
	{ID: 13, State: api.DownloadDone, Name: "empty", Root: strings.Repeat("ef", 32), ETA: -1},
}}

var someBatches = []api.Batch{{
	Name: "\x1b", Path: "/d", Begun: time.Unix(1e9, 0), Files: 3, Done: 1, Failed: 1, Size: 8192, Verified: 4096, Rate: 2048, ETA: 2,
}}

func TestPrintDownloads(t *testing.T) {
	var rows, table, talk bytes.Buffer
	newConsole(&rows, &talk).printDownloads(someDownloads)
	want := "1\trunning\t82\t200\t41\t3\t2\t2001-09-09T01:46:40Z\ta\\u001b\\u0009.iso\t" + strings.Repeat("ab", 32) + "\t/d/a.iso\t\t1\thigh\n"
	if got, _, _ := strings.Cut(rows.String(), "12\t"); got != want {
		t.Errorf("row: got %q, want %q", got, want)
	}
	for i, line := range strings.Split(strings.TrimSpace(rows.String()), "\n") {
		if n := strings.Count(line, "\t"); n != 13 && i < 2 {
			t.Errorf("row %d has %d tabs, want 13: %q", i, n, line)
		}
	}
	con := newConsole(&table, &talk)
	con.outTerminal = true
	con.printDownloads(someDownloads)
	for _, want := range []string{
		"N   STATE          DONE   SIZE   RATE    LEFT  SOURCES  NAME\n",
		"1   running, high  41 %   200 B  41 B/s  3 s   1 of 2   a\\u001b\\u0009.iso\n",
		"12  failed         0 %    ?                             cdcdcdcdcdcdcdcd…\n",
		"13  done           100 %  0 B                           empty\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("%q is not in\n%s", want, &table)
		}
	}
	if want := `servent: 12 failed: nobody has\u000ait` + "\n"; talk.String() != want {
		t.Errorf("talk: got %q, want %q", &talk, want)
	}
}

func TestPrintBatches(t *testing.T) {
	var rows, table, talk bytes.Buffer
	list := api.DownloadList{Batches: someBatches}
	newConsole(&rows, &talk).printDownloads(list)
	if want := "-\tbatch\t4096\t8192\t2048\t2\t3\t2001-09-09T01:46:40Z\t\\u001b\t\t/d\t\t1\t\n"; rows.String() != want {
		t.Errorf("row: got %q, want %q", &rows, want)
	}
	con := newConsole(&table, &talk)
	con.outTerminal = true
	con.printDownloads(list)
	if want := "-  batch  50 %  8.0 KiB  2.0 KiB/s  2 s            1 of 3 files, 1 fai…d: \\u001b\n"; !strings.HasSuffix(table.String(), want) {
		t.Errorf("%q is not at the end of\n%s", want, &table)
	}
	if talk.Len() > 0 {
		t.Errorf("talk: %s", &talk)
	}
}
