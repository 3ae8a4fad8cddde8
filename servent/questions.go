package servent

import (
	"slices"
	"sync"

	"servent/messages"
)

// maxQuestions is how many queries wait to be answered, of all links; what is
// too much is relayed but not answered.
const maxQuestions = 1024

// A question is a query of another servent that waits for its answer.
type question struct {
	from    *link
	message messages.Message
}

// questions are the queries that wait to be answered, in a queue for each link.
// The links have their turn one after the other, a question each, so that a
// neighbour that asks much makes itself wait and nobody else. One that does not
// take its answers, whose outbox is crowded, is passed over until it does.
// Any goroutine may call its methods.
type questions struct {
	mu      sync.Mutex
	more    sync.Cond // there may be something to take, or no more to come
	turn    []*link   // those with questions; the first one is next
	waiting int
	dropped uint64
	closed  bool
}

func newQuestions() *questions {
	q := &questions{}
	q.more.L = &q.mu
	return q
}

// newQueue returns the queue of a link.
func newQueue() fifo[messages.Message] { return fifo[messages.Message]{most: maxQuestions} }

// put adds all of batch, in order. When there are too many, it drops the oldest
// of the link that has most.
func (q *questions) put(batch []question) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, x := range batch {
		if q.waiting == maxQuestions {
			q.drop()
		}
		if x.from.questions.count == 0 {
			q.turn = append(q.turn, x.from)
		}
		x.from.questions.push(x.message)
		q.waiting++
	}
	q.more.Broadcast()
}

// drop drops the oldest question of the link that has most.
func (q *questions) drop() {
	most := 0
	for at, l := range q.turn {
		if l.questions.count > q.turn[most].questions.count {
			most = at
		}
	}
	l := q.turn[most]
	l.questions.shift()
	q.waiting--
	q.dropped++
	if l.questions.count == 0 {
		q.turn = slices.Delete(q.turn, most, most+1)
	}
}

// shift takes the oldest question of the link at a place in turn, which goes to
// the end if it has another.
func (q *questions) shift(at int) question {
	l := q.turn[at]
	x := question{l, l.questions.shift()}
	q.waiting--
	q.turn = slices.Delete(q.turn, at, at+1)
	if l.questions.count > 0 {
		q.turn = append(q.turn, l)
	}
	return x
}

// take returns the question whose turn it is. It reports false once the
// questions are closed, and where there is none, unless it is to wait for one.
func (q *questions) take(wait bool) (question, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed {
		for at, l := range q.turn {
			if !l.out.crowded() {
				return q.shift(at), true
			}
		}
		if !wait {
			break
		}
		q.more.Wait()
	}
	return question{}, false
}

// look has the answerers look again whether there is something to take.
func (q *questions) look() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.more.Broadcast()
}

// forget drops the questions of a link that has ended: its answers would go
// nowhere.
func (q *questions) forget(l *link) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting -= l.questions.count
	l.questions = newQueue()
	q.turn = slices.DeleteFunc(q.turn, func(x *link) bool { return x == l })
}

// unanswered returns how many questions were dropped because there were too many.
func (q *questions) unanswered() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// close lets the answerers end. What still waits is not answered.
func (q *questions) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.more.Broadcast()
}
