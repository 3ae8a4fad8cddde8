package main

import "testing"

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1500": 1500, "12B": 12, "500M": 500e6, "500MB": 500e6, "1.5GiB": 3 << 29, "2k": 2000, "2 KiB": 2048, "1T": 1e12, "7Ki": 7 << 10,
	} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "M", "-1", "1X", "1MM", "1iB", "inf", "nan", "9000000P", "1.5.2G", "twelve", "1e400"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q: got %d, want it refused", text, got)
		}
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "65536": 65536, "500k": 500e3, "2MiB/s": 2 << 20, "1.5 MB/s": 15e5} {
		if got, err := parseRate(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "/s", "10Mbit", "10Mbit/s", "10 Mbps", "2M/m", "-1", "fast"} {
		if got, err := parseRate(text); err == nil {
			t.Errorf("%q: got %d, want it refused", text, got)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1<<20 - 1: "1.0 MiB", 3 << 29: "1.5 GiB", 1 << 62: "4096.0 PiB",
	} {
		if got := formatSize(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
