package messages

import "testing"

func TestURN(t *testing.T) {
	const digits = "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"
	const tiger = "LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ"
	want := [SHA1Size]byte(unhex(t, "7ae533a1f034a599cba54d1e055336a1b10c3ca1"))
	if got := SHA1URN(want); got != "urn:sha1:"+digits {
		t.Errorf("got %s", got)
	}
	for _, tt := range []struct {
		urn URN
		ok  bool
	}{
		{"urn:sha1:" + digits, true},
		{"URN:Sha1:plsthipqgsszts5fjupakuzwugyqypfb", true},
		{"urn:bitprint:" + digits + "." + tiger, true},
		{"urn:bitprint:" + digits, false},
		{"urn:bitprint:" + digits + "-" + tiger, false},
		{"urn:sha1:" + digits + "A", false},
		{URN("urn:sha1:" + digits[1:]), false},
		{URN("urn:sha1:" + digits[1:] + "1"), false},  // no base32 digit
		{URN("urn:sha1:" + digits[1:] + "\n"), false}, // which package base32 skips
		{URN("urn:sha1:" + digits[1:] + "="), false},
		{"urn:sha1:", false},
		{"urn:", false},
		{"urn:md5:" + digits, false},
		{digits, false},
		{"", false},
	} {
		got, ok := tt.urn.SHA1()
		if ok != tt.ok || ok && got != want || !ok && got != [SHA1Size]byte{} {
			t.Errorf("%q: got %x, %v, want %v", tt.urn, got, ok, tt.ok)
		}
	}
}
