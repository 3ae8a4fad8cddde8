package routing_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
)

var rewrite = flag.Bool("rewrite", false, "renew the traces in testdata")

// TestScripts runs every flood in testdata and compares what it printed.
//
// A file is comments and steps. A step is a command, its input, a line "----",
// and the trace up to an empty line. See script.do for the commands.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := newScript(t).run(string(want))
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := lineAt(gotLines, i), lineAt(wantLines, i)
		if g != w {
			t.Fatalf("%s:%d: the trace differs (-rewrite renews it)\n got %s\nwant %s", file, i+1, g, w)
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return strconv.Quote(lines[i])
	}
	return "the end"
}

// A script is a network, the messages that its steps named, and the trace of
// the step that runs.
type script struct {
	t       *testing.T
	cfg     routing.Config
	net     *lab.Network
	nodes   map[string]lab.Node
	names   []string // by node
	guids   map[messages.GUID]string
	current messages.GUID // its lines go without its name
	trace   bytes.Buffer
}

func newScript(t *testing.T) *script {
	s := &script{
		t:     t,
		net:   lab.New(),
		nodes: make(map[string]lab.Node),
		guids: make(map[messages.GUID]string),
	}
	s.net.Watch = s.watch
	return s
}

// run returns text with the trace of each step as it is now.
func (s *script) run(text string) string {
	var out strings.Builder
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if line == "" || strings.HasPrefix(line, "#") {
			out.WriteString(line)
			if i+1 < len(lines) {
				out.WriteByte('\n')
			}
			continue
		}
		var input []string
		for i++; i < len(lines) && lines[i] != "----"; i++ {
			input = append(input, lines[i])
		}
		for i++; i < len(lines) && lines[i] != ""; i++ {
		}
		s.trace.Reset()
		s.do(parseCommand(line), input)
		for _, l := range append([]string{line}, input...) {
			fmt.Fprintln(&out, l)
		}
		fmt.Fprintln(&out, "----")
		out.Write(s.trace.Bytes())
		if i+1 < len(lines) {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// A command is the first line of a step: a verb, at most one name, key=value.
type command struct {
	verb, name string
	args       map[string]string
}

func parseCommand(line string) command {
	fields := strings.Fields(line)
	c := command{verb: fields[0], args: make(map[string]string)}
	for _, f := range fields[1:] {
		if key, value, found := strings.Cut(f, "="); found {
			c.args[key] = value
		} else {
			c.name = f
		}
	}
	return c
}

// do performs one step:
//
//	config rule= soft= hard= rate= burst= size= lifetime= replies=   for nodes not yet made
//	links                  input: n1-n2 n2-n3:30ms …                 join nodes, which are made so
//	query|ping NAME from= ttl= [hops= guid=]                         from sends its own message
//	hit|pong NAME for=QUERY from= ttl= [hops= servent=]              from answers
//	push NAME servent= from= ttl= [hops=]
//	bye|qrp|vendor|message NAME from= ttl= [hops= type=]
//	    to=NODE: past the Router of from, on its link to NODE, as a broken servent would
//	    alone=NODE: by SendTo
//	    for this many hops of latency: run=2ms (default: until nothing is under way)
//	detach a-b · run [for=2ms] · wait for=10m
//	counters NODE          what NODE has counted, without zeros
func (s *script) do(c command, input []string) {
	switch c.verb {
	case "config":
		s.configure(c)
	case "links":
		for _, pair := range strings.Fields(strings.Join(input, " ")) {
			s.join(pair)
		}
	case "detach":
		a, b, _ := strings.Cut(c.name, "-")
		s.check(s.net.Disconnect(s.node(a), s.node(b)))
	case "wait":
		s.net.Advance(s.duration(c.args["for"]))
	case "run":
		s.current = messages.GUID{}
		s.proceed(c.args["for"])
	case "counters":
		s.printCounters(s.net.Router(s.node(c.name)).Counters())
	default:
		m := s.message(c)
		s.current = m.GUID
		s.inject(c, m)
		s.proceed(c.args["run"])
	}
}

func (s *script) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) configure(c command) {
	var err error
	for key, value := range c.args {
		n, _ := strconv.Atoi(value)
		switch key {
		case "rule":
			s.cfg.Rule, err = routing.ParseRule(value)
			s.check(err)
		case "soft":
			s.cfg.SoftLimit = uint8(n)
		case "hard":
			s.cfg.HardLimit = uint8(n)
		case "rate":
			s.cfg.Rate = float64(n)
		case "burst":
			s.cfg.Burst = float64(n)
		case "size":
			s.cfg.TableSize = n
		case "replies":
			s.cfg.ReplyLimit = n
		case "lifetime":
			s.cfg.Lifetime = s.duration(value)
		default:
			s.t.Fatalf("config: no key %q", key)
		}
	}
}

// join connects a-b, or a-b:LATENCY.
func (s *script) join(pair string) {
	pair, latency, found := strings.Cut(pair, ":")
	d := lab.Hop
	if found {
		d = s.duration(latency)
	}
	a, b, _ := strings.Cut(pair, "-")
	for _, name := range []string{a, b} {
		if _, known := s.nodes[name]; !known {
			s.cfg.Servent = serventGUID(name)
			s.nodes[name] = s.net.Add(s.cfg)
			s.names = append(s.names, name)
		}
	}
	s.net.Connect(s.nodes[a], s.nodes[b], d)
}

func (s *script) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	s.check(err)
	return d
}

func (s *script) node(name string) lab.Node {
	n, found := s.nodes[name]
	if !found {
		s.t.Fatalf("no node %q", name)
	}
	return n
}

// message builds what c describes.
func (s *script) message(c command) messages.Message {
	types := map[string]messages.Type{
		"ping": messages.TypePing, "pong": messages.TypePong, "query": messages.TypeQuery,
		"hit": messages.TypeQueryHit, "push": messages.TypePush, "bye": messages.TypeBye,
		"qrp": messages.TypeQRP, "vendor": messages.TypeVendor, "message": 0,
	}
	kind, known := types[c.verb]
	if !known {
		s.t.Fatalf("no command %q", c.verb)
	}
	name := c.name
	if name == "" {
		name = c.verb
	}
	m := messages.Message{Header: messages.Header{
		GUID: messageGUID(name), Type: kind, TTL: s.byteArg(c, "ttl"), Hops: s.byteArg(c, "hops"),
	}}
	if c.verb == "message" {
		m.Type = messages.Type(s.byteArg(c, "type"))
	}
	if request, found := c.args["for"]; found {
		m.GUID = messageGUID(request)
	}
	if hex, found := c.args["guid"]; found {
		for i := range m.GUID {
			_, err := fmt.Sscanf(hex, "%02x", &m.GUID[i])
			s.check(err)
		}
	}
	switch m.Type {
	case messages.TypeQueryHit:
		servent, found := c.args["servent"]
		if !found {
			servent = c.args["from"]
		}
		g := serventGUID(servent)
		m.Payload = append(make([]byte, 11), g[:]...)
	case messages.TypePush:
		g := serventGUID(c.args["servent"])
		m.Payload = append(g[:], make([]byte, 10)...)
	}
	if c.args["payload"] == "short" {
		m.Payload = m.Payload[:3]
	}
	s.guids[m.GUID] = name
	return m
}

func (s *script) byteArg(c command, key string) uint8 {
	text, found := c.args[key]
	if !found {
		return 0
	}
	n, err := strconv.ParseUint(text, 0, 8)
	s.check(err)
	return uint8(n)
}

// inject starts m as c says: by the Router of its sender, past it, or alone.
func (s *script) inject(c command, m messages.Message) {
	from := s.node(c.args["from"])
	if to, found := c.args["to"]; found {
		s.check(s.net.SendRaw(from, s.node(to), m))
		return
	}
	if to, found := c.args["alone"]; found {
		s.check(s.net.SendTo(from, s.node(to), m))
		return
	}
	s.net.Send(from, m)
}

func (s *script) proceed(d string) {
	if d == "" {
		s.net.Run()
		return
	}
	s.net.Advance(s.duration(d))
}

// watch prints one effect.
func (s *script) watch(e *lab.Event) {
	m := e.Effect.Message
	if m.GUID != s.current {
		fmt.Fprintf(&s.trace, "%s: ", s.guids[m.GUID])
	}
	node := s.names[e.Node]
	switch e.Effect.Kind {
	case routing.Send:
		fmt.Fprintf(&s.trace, "%s -> %s ttl=%d hops=%d\n", node, s.names[e.To], m.TTL, m.Hops)
	case routing.Deliver:
		fmt.Fprintf(&s.trace, "%s delivers\n", node)
	case routing.Drop:
		fmt.Fprintf(&s.trace, "%s drops from %s: %s\n", node, s.names[e.From], e.Effect.Reason)
	}
}

func (s *script) printCounters(c routing.Counters) {
	for name, n := range c.Types() {
		if n != (routing.TypeCounters{}) {
			fmt.Fprintf(&s.trace, "%s: received %d, sent %d, fresh %d, improved %d, duplicate %d\n",
				name, n.Received, n.Sent, n.Fresh, n.Improved, n.Duplicate)
		}
	}
	for reason, n := range c.Reasons() {
		if n > 0 {
			fmt.Fprintf(&s.trace, "dropped, %s: %d\n", reason, n)
		}
	}
	if n := c.Contested(); n > 0 {
		fmt.Fprintf(&s.trace, "contested: %d\n", n)
	}
}

// messageGUID and serventGUID return the GUID that goes by a name in scripts.
func messageGUID(name string) messages.GUID { return namedGUID("message " + name) }
func serventGUID(name string) messages.GUID { return namedGUID("servent " + name) }

func namedGUID(name string) messages.GUID {
	sum := sha256.Sum256([]byte(name))
	return messages.GUID(slices.Clone(sum[:messages.GUIDSize])).Mark()
}
