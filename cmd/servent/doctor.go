package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"servent/servent"
	"servent/servent/api"
)

const doctorHelp = `Example:
  servent doctor

Why servents do not find each other, as far as this computer can see: network
interfaces, used or skipped and why; multicast; the firewalls here, of which
root sees more; whom the running servent heard of, and how; how others fetch
from it: directly, after a Push, or through a relay; what to try, with the
commands. With or without a running servent. Two small questions are sent on
each used interface, none with --no-mdns. Exit code 1 when others are kept out:
loopback alone, no usable interface, no multicast, firewalls, a read-only home.

Usage: servent doctor [FLAGS]`

func doctorVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "doctor",
		Usage:       "why servents do not find each other, and what to try",
		Description: doctorHelp,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "interface", Usage: interfaceUsage},
			&cli.StringSliceFlag{Name: "skip-interface", Usage: skipInterfaceUsage},
			&cli.BoolFlag{Name: "no-mdns", Usage: "send nothing: do not try multicast"},
		},
		Action: func(c *cli.Context) error { return doctor(c.Context, con, c) },
	}
}

func doctor(ctx context.Context, con *console, c *cli.Context) error {
	x := servent.Examination{
		Home: homeOf(c), Network: c.String("network"), Quiet: c.Bool("no-mdns"),
		Interfaces: c.StringSlice("interface"), SkipInterfaces: c.StringSlice("skip-interface"),
	}
	client, err := dialAlone(c)
	var told *api.Error
	switch {
	case err == nil:
		defer client.Close()
		state, err := client.Doctor(ctx)
		if err != nil {
			return err
		}
		x.Told = &state
	case errors.As(err, &told) && told.Code == api.CodeNotRunning:
	default:
		return err
	}
	d, err := servent.Examine(ctx, x)
	if err != nil {
		return err
	}
	con.printDoctor(d)
	if !d.OK {
		return silent(exitError)
	}
	return nil
}

func (con *console) printDoctor(d api.Doctor) {
	if con.json {
		con.print(d)
		return
	}
	con.printSummary(d)
	con.section("Interfaces", interfaceRows(d.Interfaces))
	con.section("How others fetch from here", reachRows(d))
	con.section("Multicast, asked just now", multicastRows(d.Multicast))
	con.section("Ways to find others", wayRows(d.Ways))
	con.section("Firewalls of this computer", firewallRows(d.Firewalls))
	con.section("This computer", checkRows(d.Checks))
	con.printAdvice(d)
}

func (con *console) printSummary(d api.Doctor) {
	var rows [][]string
	add := func(name, text string) { rows = append(rows, []string{name, escape(text)}) }
	if d.Running {
		add("servent", "runs as "+d.Peer)
	} else {
		add("servent", "none runs on the home "+d.Home)
	}
	add("network", d.Network)
	var ports []string
	for _, p := range d.Ports {
		ports = append(ports, p.Protocol+" "+strconv.Itoa(p.Number))
	}
	if !d.Running {
		add("ports", strings.Join(ports, ", ")+" when one is started, or the next free ones")
		printAligned(con.out, rows)
		return
	}
	add("ports", strings.Join(ports, ", "))
	for _, addr := range reachable(d.Listening) {
		add("address", addr)
	}
	add("links", strconv.Itoa(d.Links))
	outside := "none from another computer yet: whether the ports can be reached is not known"
	if d.FromOutside > 0 {
		outside = fmt.Sprintf("%d from other computers so far: the ports can be reached", d.FromOutside)
	}
	add("links in", outside)
	printAligned(con.out, rows)
}

// reachable returns the addresses that matter, without the peer ID: those of
// TCP, and of loopback only where there are no others. QUIC has the same.
func reachable(listening []string) []string {
	var beyond, loopback []string
	for _, addr := range listening {
		place, _, _ := strings.Cut(addr, "/p2p/")
		switch {
		case !strings.Contains(place, "/tcp/"):
		case strings.HasPrefix(place, "/ip4/127.") || strings.HasPrefix(place, "/ip6/::1/"):
			loopback = append(loopback, place)
		default:
			beyond = append(beyond, place)
		}
	}
	if len(beyond) == 0 {
		return loopback
	}
	return beyond
}

// section prints rows under a title, if there are any.
func (con *console) section(title string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(con.out, "\n%s\n", con.bold(title))
	for _, row := range rows {
		for i := range row {
			row[i] = escape(row[i])
		}
		row[0] = "  " + row[0]
	}
	printAligned(con.out, rows)
}

// reachRows says how others get at the files of a servent that runs.
func reachRows(d api.Doctor) (rows [][]string) {
	if !d.Running {
		return nil
	}
	r := d.Reach
	rows = append(rows, []string{"way", r.Way, r.Reason})
	for _, relay := range r.Relays {
		rows = append(rows, []string{"relay", relay.Peer, "a circuit carries " + formatCircuit(relay.CircuitBytes, relay.CircuitSeconds)})
	}
	punching := "no"
	if r.HolePunching {
		punching = "yes"
	}
	rows = append(rows, []string{"hole punching", punching, r.HolePunchingReason})
	for _, p := range r.Pushed {
		rows = append(rows, []string{"pushes for it", strconv.FormatUint(p.Count, 10), p.Reason})
	}
	if o := r.Offer; o != nil {
		rows = append(rows, []string{"relays for", count(o.Places, "servent", "servents"), fmt.Sprintf("%s in use, %s so far; each carries %s",
			count(o.Circuits, "circuit", "circuits"), formatSize(o.Bytes), formatCircuit(o.CircuitBytes, o.CircuitSeconds))})
	}
	return rows
}

// formatCircuit says what one circuit carries.
func formatCircuit(bytes int64, seconds float64) string {
	if bytes == 0 && seconds == 0 {
		return "any amount"
	}
	return fmt.Sprintf("%s each way, for up to %s", formatSize(bytes), time.Duration(seconds*float64(time.Second)))
}

func interfaceRows(all []api.Interface) (rows [][]string) {
	for _, i := range all {
		state := "skipped"
		if i.Used {
			state = "used"
		}
		addrs := "-"
		if len(i.Addrs) > 0 {
			addrs = strings.Join(i.Addrs, " ")
		}
		rows = append(rows, []string{i.Name, state, addrs, i.Reason})
	}
	return rows
}

func multicastRows(all []api.Multicast) (rows [][]string) {
	for _, m := range all {
		state, text := "passes", fmt.Sprintf("%s heard, %s of this network",
			count(m.Computers, "other computer", "other computers"), count(m.Servents, "servent", "servents"))
		if !m.Own {
			state = "blocked"
			if m.Problem != "" {
				text = m.Problem
			} else {
				text = "our own question did not come back; " + text
			}
		}
		rows = append(rows, []string{m.Interface, state, text})
	}
	return rows
}

// maxHeardRows is how many servents are shown for each way.
const maxHeardRows = 5

func wayRows(all []api.Way) (rows [][]string) {
	for _, w := range all {
		state := "on"
		if !w.On {
			state = "off"
		}
		text := "nobody heard of"
		if len(w.Heard) > 0 {
			text = count(len(w.Heard), "servent", "servents") + " heard of"
		}
		if w.Reason != "" {
			text = w.Reason
		}
		rows = append(rows, []string{w.Name, state, text})
		for _, h := range w.Heard[:min(len(w.Heard), maxHeardRows)] {
			linked := "not linked"
			if h.Linked {
				linked = "linked"
			}
			rows = append(rows, []string{"", "", fmt.Sprintf("%s, %s, %s ago", h.Addr, linked, formatAge(h.Ago))})
		}
	}
	return rows
}

func firewallRows(all []api.Firewall) (rows [][]string) {
	if len(all) == 0 {
		return [][]string{{"none", stateWord(api.StateOK), "was found"}}
	}
	for _, f := range all {
		rows = append(rows, []string{f.Name, stateWord(f.State), f.Reason})
	}
	return rows
}

func checkRows(all []api.Check) (rows [][]string) {
	for _, c := range all {
		rows = append(rows, []string{c.Name, stateWord(c.State), c.Text})
	}
	return rows
}

// stateWord is a state as people read it.
func stateWord(state string) string {
	switch state {
	case api.StateProblem:
		return "PROBLEM"
	case api.StateUnknown:
		return "unclear"
	}
	return state
}

func (con *console) printAdvice(d api.Doctor) {
	if len(d.Next) == 0 {
		fmt.Fprintf(con.out, "\n%s\n", con.bold("All is well: nothing that keeps others from finding this servent was seen"))
		return
	}
	fmt.Fprintf(con.out, "\n%s\n", con.bold("What to try next"))
	for n, a := range d.Next {
		lead := fmt.Sprintf("%3d. ", n+1)
		for _, line := range wrap(escape(a.Text), defaultWidth-len(lead)) {
			fmt.Fprintln(con.out, lead+line)
			lead = "     "
		}
		for _, command := range a.Commands {
			fmt.Fprintf(con.out, "       %s\n", escape(command))
		}
	}
}

// wrap breaks a text between words, in lines of at most limit columns where no
// word is longer.
func wrap(text string, limit int) (lines []string) {
	line := ""
	for _, word := range strings.FieldsFunc(text, breaks) {
		if line != "" && columns(line)+1+columns(word) > limit {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// breaks reports whether a line may end at r: at no space that is to stay.
func breaks(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }
