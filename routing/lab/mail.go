package lab

import "servent/messages"

// mail holds the messages under way, each once: all that a Router sends of one
// flood in one hop is the same message, and so is what the other Routers send in
// that hop. So what is under way for a link is a number.
type mail struct {
	letters []letter
	free    []uint32
	recent  [recentLetters]uint32 // 1 + the number of a letter, by its header
}

// A letter is a message, and how many of it are under way.
type letter struct {
	message messages.Message
	copies  uint32
}

const recentLetters = 64

// put returns the number of m, one more of which is under way.
func (ms *mail) put(m *messages.Message) uint32 {
	slot := &ms.recent[(m.TTL^m.Hops<<2^m.GUID[0]^uint8(m.Type))%recentLetters]
	if *slot != 0 {
		if l := &ms.letters[*slot-1]; l.copies > 0 && same(&l.message, m) {
			l.copies++
			return *slot - 1
		}
	}
	var number uint32
	if last := len(ms.free) - 1; last >= 0 {
		number, ms.free = ms.free[last], ms.free[:last]
	} else {
		number = uint32(len(ms.letters))
		ms.letters = append(ms.letters, letter{})
	}
	ms.letters[number] = letter{message: *m, copies: 1}
	*slot = number + 1
	return number
}

// same reports whether a and b are the same message, payloads in one place.
func same(a, b *messages.Message) bool {
	return a.Header == b.Header && len(a.Payload) == len(b.Payload) &&
		(len(a.Payload) == 0 || &a.Payload[0] == &b.Payload[0])
}

// take returns the message of a number, one of which has arrived. It holds until
// the next put.
func (ms *mail) take(number uint32) *messages.Message {
	l := &ms.letters[number]
	l.copies--
	if l.copies == 0 {
		ms.free = append(ms.free, number)
	}
	return &l.message
}

// clear forgets all.
func (ms *mail) clear() {
	clear(ms.letters)
	ms.letters, ms.free = ms.letters[:0], ms.free[:0]
	ms.recent = [recentLetters]uint32{}
}
