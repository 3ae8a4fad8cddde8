package api

// A Code is the kind of an [Error]; the command turns it into an exit code.
type Code string

// The codes.
const (
	CodeInternal   Code = "internal"   // exit 1
	CodeUsage      Code = "usage"      // exit 2: the request itself is wrong
	CodeNotFound   Code = "not-found"  // exit 3: nobody has it
	CodeNotRunning Code = "no-servent" // exit 4
	CodeVerify     Code = "verify"     // exit 5: wrong bytes, or fewer than the hit said
	CodeDiskFull   Code = "disk-full"  // exit 6
	CodeUnfinished Code = "unfinished" // exit 7: partial kept
	CodeExists     Code = "exists"     // exit 1: the target is there and nobody said to overwrite
	CodeTimeout    Code = "timeout"    // exit 124
	CodeInterrupt  Code = "interrupt"  // exit 130

	CodeUnauthorized Code = "unauthorized" // exit 1: over HTTP, without the token of the servent
	CodeForbidden    Code = "forbidden"    // exit 1: over HTTP, for another host or by the page of another site
	CodeBusy         Code = "busy"         // exit 1: too much of it at once; later it may pass
)

// An Error is how a call fails, over the wire and in Go.
type Error struct {
	Type    string `json:"type" enum:"error"`
	Code    Code   `json:"code"`
	Message string `json:"message"` // what was being done, what is wrong, what to do
}

func (e *Error) Error() string { return e.Message }

// NewError makes an [Error] of code that says message.
func NewError(code Code, message string) *Error {
	return &Error{Type: TypeError, Code: code, Message: message}
}
