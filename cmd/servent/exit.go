package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"servent/servent"
	"servent/servent/api"
)

// The exit codes: part of the interface, never to change.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitNoResult    = 3
	exitNotRunning  = 4
	exitVerify      = 5
	exitDiskFull    = 6
	exitUnfinished  = 7
	exitTimeout     = 124 // as timeout(1)
	exitInterrupted = 130 // 128 + SIGINT, as a shell has it
)

// exitCodes says which code ends the command after which error.
var exitCodes = map[api.Code]int{
	api.CodeUsage:      exitUsage,
	api.CodeNotFound:   exitNoResult,
	api.CodeNotRunning: exitNotRunning,
	api.CodeVerify:     exitVerify,
	api.CodeDiskFull:   exitDiskFull,
	api.CodeUnfinished: exitUnfinished,
	api.CodePaused:     exitUnfinished,
	api.CodeTimeout:    exitTimeout,
	api.CodeInterrupt:  exitInterrupted,
}

// A silent error ends the command with its code; all has been said.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

// usage is an error of the command line.
func usage(format string, args ...any) *api.Error {
	return api.NewError(api.CodeUsage, fmt.Sprintf(format, args...))
}

// noWords is the error of a verb that takes no words and got some.
func noWords(verb string, words []string) error {
	if len(words) == 0 {
		return nil
	}
	return usage("%s takes no words, got %q", verb, words[0])
}

// flagsOfConfig are the flags behind fields of a [servent.Config] that the verbs
// leave to it to check.
var flagsOfConfig = map[string]string{"Network": "network", "Listen": "listen", "Connect": "connect", "Web": "web", "WebPassword": "web-password"}

// asTyped calls a field of the configuration as the command line does.
func asTyped(err error) error {
	var config *servent.ConfigError
	if !errors.As(err, &config) || flagsOfConfig[config.Field] == "" {
		return err
	}
	return usage("--%s%s", flagsOfConfig[config.Field], strings.TrimPrefix(config.Error(), "servent: "+config.Field))
}

// explain returns err as the error that is shown, and the exit code after it.
func explain(err error) (*api.Error, int) {
	var told *api.Error
	var config *servent.ConfigError
	switch {
	case errors.As(err, &told):
	case errors.As(err, &config):
		told = usage("%v", err)
	case !isVerbError(err):
		// The library refused a flag of the command line or the environment.
		told = usage("%v", err)
	case errors.Is(err, context.Canceled):
		told = api.NewError(api.CodeInterrupt, "interrupted")
	case errors.Is(err, context.DeadlineExceeded):
		told = api.NewError(api.CodeTimeout, err.Error())
	default:
		told = api.NewError(api.CodeInternal, err.Error())
	}
	code, ok := exitCodes[told.Code]
	if !ok {
		code = exitError
	}
	return told, code
}

// fail shows err, if any, and returns the exit code.
func (con *console) fail(err error) int {
	if err == nil {
		return exitDone
	}
	var s silent
	if errors.As(err, &s) {
		return int(s)
	}
	told, code := explain(err)
	con.complain(told)
	return code
}

// complain shows an error, even when the talk is switched off.
func (con *console) complain(told *api.Error) {
	if con.json {
		told.Type = api.TypeError
		writeJSON(con.err, told)
		return
	}
	// Errors of package servent begin with its name, which is the program's too.
	fmt.Fprintf(con.err, "servent: %s\n", escape(strings.TrimPrefix(told.Message, "servent: ")))
	con.point(told)
}
