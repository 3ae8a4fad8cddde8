package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"servent/servent/api"
)

func TestExitCodes(t *testing.T) {
	ofVerb := func(code api.Code) error { return done(fmt.Errorf("get: %w", api.NewError(code, "told"))) }
	cases := []struct {
		err  error
		code int
		talk string
	}{
		{nil, 0, ""},
		{done(nil), 0, ""},
		{done(silent(3)), 3, ""},
		{ofVerb(api.CodeInternal), 1, "servent: told\n"},
		{ofVerb(api.CodeExists), 1, "servent: told\n"},
		{ofVerb("of a later version"), 1, "servent: told\n"},
		{ofVerb(api.CodeUsage), 2, "servent: told\n"},
		{ofVerb(api.CodeNotFound), 3, "servent: told\n"},
		{ofVerb(api.CodeNotRunning), 4, "servent: told\n"},
		{ofVerb(api.CodeVerify), 5, "servent: told\n"},
		{ofVerb(api.CodeDiskFull), 6, "servent: told\n"},
		{ofVerb(api.CodeUnfinished), 7, "servent: told\n"},
		{ofVerb(api.CodeTimeout), 124, "servent: told\n"},
		{ofVerb(api.CodeInterrupt), 130, "servent: told\n"},
		{done(errors.New("a name with \x1b[2J\nservent: all is well")), 1, `servent: a name with \u001b[2J\u000aservent: all is well` + "\n"},
		{done(context.Canceled), 130, "servent: interrupted\n"},
		{errors.New("the library refused a flag"), 2, "servent: the library refused a flag\n"},
	}
	for _, c := range cases {
		var out, talk bytes.Buffer
		con := newConsole(&out, &talk)
		con.quiet = true // errors are shown all the same
		if got := con.fail(c.err); got != c.code {
			t.Errorf("%v: exit code: got %d, want %d", c.err, got, c.code)
		}
		if out.Len() > 0 || talk.String() != c.talk {
			t.Errorf("%v: got %q on stdout, %q on stderr, want %q on stderr", c.err, &out, &talk, c.talk)
		}
	}
}
