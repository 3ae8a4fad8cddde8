package servent

import (
	"testing"

	"pgregory.net/rapid"

	"servent/messages"
)

// numbered returns a message that its TTL, Hops and size tell from others.
func numbered(n, size int) messages.Message {
	return messages.Message{Header: messages.Header{TTL: uint8(n), Hops: uint8(n >> 8)}, Payload: make([]byte, size)}
}

func number(m messages.Message) int { return int(m.TTL) | int(m.Hops)<<8 }

// takeAll empties o.
func takeAll(o *outbox) (taken []messages.Message, open bool) {
	buffer := make([]messages.Message, 0, 4)
	for {
		var some []messages.Message
		some, open = o.take(buffer)
		if len(some) == 0 {
			return taken, open
		}
		taken = append(taken, some...)
	}
}

func TestOutboxDropsTheOldest(t *testing.T) {
	o := newOutbox(3, func() {})
	for n := range 5 {
		o.put(numbered(n, 0))
	}
	taken, open := takeAll(o)
	if len(taken) != 3 || number(taken[0]) != 2 || number(taken[2]) != 4 || !open {
		t.Errorf("got %d messages from %d on, open %v, want 2, 3, 4 of an open outbox", len(taken), number(taken[0]), open)
	}
	if o.lost() != 2 {
		t.Errorf("lost: got %d, want 2", o.lost())
	}
}

func TestOutboxIsBoundByBytes(t *testing.T) {
	const size = 1 << 16
	o := newOutbox(1000, func() {})
	for n := range 40 {
		o.put(numbered(n, size))
	}
	taken, _ := takeAll(o)
	if want := maxOutboxBytes / (size + messages.HeaderSize); len(taken) != want {
		t.Errorf("got %d messages of %d bytes, want %d", len(taken), size, want)
	}
	if last := number(taken[len(taken)-1]); last != 39 {
		t.Errorf("the newest that is left: got %d, want 39", last)
	}
}

func TestOutboxCloseDrains(t *testing.T) {
	o := newOutbox(8, func() {})
	o.put(numbered(1, 0), numbered(2, 0))
	o.close()
	o.put(numbered(3, 0))
	select {
	case <-o.wake:
	default:
		t.Error("a closed outbox does not wake its writer")
	}
	taken, open := takeAll(o)
	if len(taken) != 2 || open {
		t.Errorf("got %d messages, open %v, want the two put before the close", len(taken), open)
	}
}

// An outbox does what a slice would that drops from its front.
func TestOutboxAgainstASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		o := newOutbox(limit, func() {})
		var twin []messages.Message
		lost, next := uint64(0), 0
		bytes := func() (n int) {
			for _, m := range twin {
				n += m.Size()
			}
			return n
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				sizes := rapid.SliceOfN(rapid.SampledFrom([]int{0, 100, maxOutboxBytes / 3, maxOutboxBytes}), 1, 30).Draw(t, "sizes")
				var batch []messages.Message
				for _, size := range sizes {
					m := numbered(next, size)
					next++
					batch = append(batch, m)
					twin = append(twin, m)
					for len(twin) > 1 && (len(twin) > limit || bytes() > maxOutboxBytes) {
						twin = twin[1:]
						lost++
					}
				}
				o.put(batch...)
			},
			"take": func(t *rapid.T) {
				taken, open := o.take(make([]messages.Message, 0, rapid.IntRange(1, 10).Draw(t, "room")))
				if !open {
					t.Fatal("closed by itself")
				}
				for i, m := range taken {
					if number(m) != number(twin[i]) {
						t.Fatalf("message %d: got %d, want %d", i, number(m), number(twin[i]))
					}
				}
				twin = twin[len(taken):]
			},
			"": func(t *rapid.T) {
				if o.waiting.count != len(twin) || o.bytes != bytes() || o.lost() != lost || len(o.waiting.ring) > limit {
					t.Fatalf("got %d messages, %d bytes, %d lost, a ring of %d, want %d, %d, %d, at most %d",
						o.waiting.count, o.bytes, o.lost(), len(o.waiting.ring), len(twin), bytes(), lost, limit)
				}
			},
		})
	})
}
