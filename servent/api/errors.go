package api

// A Code is the kind of an [Error]; the command turns it into an exit code. It
// is an error too, so that errors.Is(err, CodeNotFound) tells the kind of err.
type Code string

func (c Code) Error() string { return string(c) }

// The codes.
const (
	CodeInternal    Code = "internal"    // exit 1
	CodeUsage       Code = "usage"       // exit 2: the request itself is wrong
	CodeNotFound    Code = "not-found"   // exit 3: nobody has it
	CodeNotRunning  Code = "no-servent"  // exit 4
	CodeVerify      Code = "verify"      // exit 5: wrong bytes, or fewer than the hit said
	CodeDiskFull    Code = "disk-full"   // exit 6
	CodeUnfinished  Code = "unfinished"  // exit 7: partial kept
	CodeExists      Code = "exists"      // exit 1: the target is there and nobody said to overwrite
	CodePaused      Code = "paused"      // exit 7: by somebody else, or with the servent; partial kept
	CodeCancelled   Code = "cancelled"   // exit 1: by somebody else, partial removed
	CodeBusy        Code = "busy"        // exit 1: what is under way does not allow it; later it may pass
	CodeUnreachable Code = "unreachable" // exit 1: the other servent was not reached; it is tried again
	CodeTimeout     Code = "timeout"     // exit 124
	CodeInterrupt   Code = "interrupt"   // exit 130

	CodeUnauthorized Code = "unauthorized" // exit 1: over HTTP, without the token of the servent
	CodeForbidden    Code = "forbidden"    // exit 1: over HTTP, for another host or by the page of another site
)

// An Error is how a call fails, over the wire and in Go.
type Error struct {
	Type    string `json:"type" enum:"error"`
	Code    Code   `json:"code"`
	Message string `json:"message"` // what was being done, what is wrong, what to do

	Sentence *Sentence `json:"sentence,omitempty"` // of the message, for other languages

	// Where one part of a query is wrong, Query is what was read, and the part
	// is Length characters (Unicode code points) of it from the character At on,
	// the first one being 1. Length is 0 where no part is named.
	Query  string `json:"query,omitempty"`
	At     int    `json:"at,omitempty"`
	Length int    `json:"length,omitempty"`
}

func (e *Error) Error() string { return e.Message }

// Is reports whether target is the [Code] of e.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// NewError makes an [Error] of code that says message.
func NewError(code Code, message string) *Error {
	return &Error{Type: TypeError, Code: code, Message: message}
}

// Fail makes an [Error] of code that says a sentence: see [Say].
func Fail(code Code, sentence, english string, values ...any) *Error {
	return FailAs(code, Say(sentence, english, values...))
}

// FailAs makes an [Error] of code that says what was said.
func FailAs(code Code, said Said) *Error {
	return &Error{Type: TypeError, Code: code, Message: said.Text, Sentence: said.Sentence}
}

// Said returns what e says.
func (e *Error) Said() Said { return Said{Text: e.Message, Sentence: e.Sentence} }
