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
	CodePaused     Code = "paused"     // exit 7: by somebody else, partial kept
	CodeCancelled  Code = "cancelled"  // exit 1: by somebody else, partial removed
	CodeBusy       Code = "busy"       // exit 1: what it is doing now does not allow it
	CodeTimeout    Code = "timeout"    // exit 124
	CodeInterrupt  Code = "interrupt"  // exit 130
)

// An Error is how a call fails, over the wire and in Go.
type Error struct {
	Type    string `json:"type"` // TypeError
	Code    Code   `json:"code"`
	Message string `json:"message"` // what was being done, what is wrong, what to do
}

func (e *Error) Error() string { return e.Message }

// NewError makes an [Error] of code that says message.
func NewError(code Code, message string) *Error {
	return &Error{Type: TypeError, Code: code, Message: message}
}
