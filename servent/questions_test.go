package servent

import (
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"servent/messages"
	"servent/routing"
)

// asking returns a link that asks q.
func asking(q *questions, id routing.Link) *link {
	return &link{id: id, out: newOutbox(defaultOutboxSize, q.look), questions: newQueue()}
}

// from returns n questions of l, numbered from first on.
func from(l *link, first, n int) (batch []question) {
	for i := range n {
		batch = append(batch, question{l, numbered(first+i, 0)})
	}
	return batch
}

// takeLinks takes what can be taken, and returns whose questions these are.
func takeLinks(q *questions) (ids []routing.Link) {
	for {
		x, ok := q.take(false)
		if !ok {
			return ids
		}
		ids = append(ids, x.from.id)
	}
}

func TestLinksHaveTheirTurn(t *testing.T) {
	q := newQuestions()
	a, b, c := asking(q, 1), asking(q, 2), asking(q, 3)
	q.put(from(a, 0, 5))
	q.put(from(b, 0, 2))
	q.put(from(c, 0, 1))
	want := []routing.Link{1, 2, 3, 1, 2, 1, 1, 1}
	if got := takeLinks(q); !slices.Equal(got, want) {
		t.Errorf("questions are taken of %v, want %v", got, want)
	}
}

// A neighbour that floods loses its own questions, the oldest first.
func TestFloodPushesOutItself(t *testing.T) {
	q := newQuestions()
	flooder, other := asking(q, 1), asking(q, 2)
	q.put(from(flooder, 0, maxQuestions+5))
	q.put(from(other, 0, 100))
	q.put(from(flooder, maxQuestions+5, 3))
	if other.questions.count != 100 || q.waiting != maxQuestions || q.unanswered() != 108 {
		t.Errorf("got %d questions of the other, %d in all, %d dropped, want 100, %d, 108",
			other.questions.count, q.waiting, q.unanswered(), maxQuestions)
	}
	if x, _ := q.take(false); number(x.message) != 108 {
		t.Errorf("the oldest left of the flooder: got %d, want 108", number(x.message))
	}
}

// Who does not take its answers is passed over, and asked about again once it
// does.
func TestCrowdedLinkIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQuestions()
		slow, quick := asking(q, 1), asking(q, 2)
		var answers []messages.Message
		for n := range defaultOutboxSize/crowdedFrom + 1 {
			answers = append(answers, numbered(n, 0))
		}
		slow.out.put(answers...)
		q.put(from(slow, 0, 3))
		q.put(from(quick, 0, 3))
		if got, want := takeLinks(q), []routing.Link{2, 2, 2}; !slices.Equal(got, want) {
			t.Errorf("questions are taken of %v, want %v", got, want)
		}
		got := make(chan question)
		go func() { x, _ := q.take(true); got <- x }()
		synctest.Wait()
		select {
		case x := <-got:
			t.Fatalf("got a question of link %d, want to wait", x.from.id)
		default:
		}
		takeAll(slow.out)
		if x := <-got; x.from != slow {
			t.Errorf("got a question of link %d, want one of the link that takes its answers again", x.from.id)
		}
		slow.out.put(answers...)
		slow.out.close()
		if got := takeLinks(q); len(got) != 2 {
			t.Errorf("got %d questions of a link that was closed while crowded, want 2: they must not wait for ever", len(got))
		}
	})
}

func TestQuestionsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQuestions()
		ended := make(chan bool)
		go func() { _, ok := q.take(true); ended <- ok }()
		synctest.Wait()
		q.close()
		if <-ended {
			t.Error("got a question where there was none")
		}
		q.put(from(asking(q, 1), 0, 1))
		if _, ok := q.take(true); ok {
			t.Error("got a question after the end")
		}
	})
}

// TestQuestionsKeepOrderAndTurn: whatever is put, taken and forgotten, each
// link's questions come in order, every one is accounted for, and no link waits
// while another has two turns.
func TestQuestionsKeepOrderAndTurn(t *testing.T) {
	const links = 4
	rapid.Check(t, func(t *rapid.T) {
		q := newQuestions()
		var all [links]*link
		var next [links]int   // number of the next question
		var last [links]int   // number of the last one taken
		var passed [links]int // turns of others since it had one, with questions waiting
		for i := range all {
			all[i], last[i] = asking(q, routing.Link(i)), -1
		}
		put, gone := 0, 0
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				i, n := rapid.IntRange(0, links-1).Draw(t, "link"), rapid.SampledFrom([]int{1, 3, 700}).Draw(t, "count")
				q.put(from(all[i], next[i], n))
				next[i] += n
				put += n
			},
			"take": func(t *rapid.T) {
				x, ok := q.take(false)
				if !ok {
					return
				}
				gone++
				i, n := int(x.from.id), number(x.message)
				if n <= last[i] {
					t.Fatalf("link %d: question %d came after %d", i, n, last[i])
				}
				last[i], passed[i] = n, 0
				for j := range passed {
					if j == i || all[j].questions.count == 0 {
						passed[j] = 0
					} else if passed[j]++; passed[j] >= links {
						t.Fatalf("link %d waits for %d turns of %d others", j, passed[j], links-1)
					}
				}
			},
			"forget": func(t *rapid.T) {
				i := rapid.IntRange(0, links-1).Draw(t, "link")
				gone += all[i].questions.count
				q.forget(all[i])
				passed[i] = 0
			},
			"": func(t *rapid.T) {
				waiting, asking := 0, 0
				for _, l := range all {
					waiting += l.questions.count
					asking += min(1, l.questions.count)
				}
				if q.waiting != waiting || waiting > maxQuestions || len(q.turn) != asking || put != gone+waiting+int(q.unanswered()) {
					t.Fatalf("of %d questions %d went, %d were dropped and %d wait, or %d; %d links ask, or %d",
						put, gone, q.unanswered(), waiting, q.waiting, asking, len(q.turn))
				}
			},
		})
	})
}
