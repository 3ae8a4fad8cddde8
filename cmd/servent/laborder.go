package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/experiment"
	"servent/servent"
	"servent/servent/api"
)

// A labOrder is what "servent lab" is to try, and where the rows go.
type labOrder struct {
	con     *console
	network *labNetwork
	plan    experiment.Plan
	outputs labOutputs

	replications []experiment.Replicas // all is tried with each; none: nobody holds anything

	drawn bool   // one source, which nobody named
	names string // of the objects: a file, or generatedNames
}

// labOrderOf reads the flags: first those that take no time, for a slip in the
// last one is to be told before a graph is read.
func labOrderOf(con *console, c *cli.Context) (*labOrder, error) {
	if err := noWords("lab", c.Args().Slice()); err != nil {
		return nil, err
	}
	order := &labOrder{con: con}
	if err := order.readPlan(c); err != nil {
		return nil, err
	}
	network, err := labNetworkOf(c)
	if err != nil {
		return nil, err
	}
	order.network = network
	if err := order.readOutputs(c); err != nil {
		return nil, err
	}
	if err := order.readNames(); err != nil {
		return nil, err
	}
	if err := network.open(); err != nil {
		return nil, err
	}
	order.plan.Graph = network.graphs(order.plan.Seed)
	if err := order.readSources(c.String("sources")); err != nil {
		return nil, err
	}
	return order, order.outputs.begin(order)
}

// readPlan reads all flags but those that name the network, the sources, and
// files.
func (order *labOrder) readPlan(c *cli.Context) error {
	p := &order.plan
	if seed := c.Int("seed"); seed < 0 {
		return api.Fail(api.CodeUsage, "lab.seed", "--seed {seed}: use 0 or more", seed)
	}
	p.Seed = uint64(c.Int("seed"))
	for flag, to := range map[string]*int{"queries": &p.Queries, "runs": &p.Runs} {
		if *to = c.Int(flag); *to < 1 {
			return api.Fail(api.CodeUsage, "lab.least-one", "--{flag} {n}: use 1 or more", flag, *to)
		}
	}
	if p.Workers = c.Int("workers"); p.Workers < 0 {
		return usage("--workers %d: use 1 or more, or 0 for one a processor", p.Workers)
	}
	for _, read := range []struct {
		flag string
		take func(text string) error
	}{
		{"ttl", order.takeTTLs},
		{"strategy", func(text string) (err error) { p.Strategies, err = experiment.ParseStrategies(text); return err }},
		{"dedup", func(text string) (err error) { p.Rule, err = experiment.ParseRule(text); return err }},
		{"latency", func(text string) (err error) { p.Latency, err = experiment.ParseLatency(text); return err }},
		{"loss", func(text string) (err error) { p.Loss, err = parsePercent(text); return err }},
		{"churn", order.takeChurn},
	} {
		if err := read.take(c.String(read.flag)); err != nil {
			return api.Fail(api.CodeUsage, "lab.flag", "--{flag}: {cause}", read.flag, labSaid(err))
		}
	}
	return order.readObjects(c)
}

func (order *labOrder) takeChurn(text string) error {
	if text == "" {
		return nil
	}
	churn, err := experiment.ParseChurn(text)
	order.plan.Churn = &churn
	return err
}

// takeTTLs reads a TTL, or the first and the last of several: 1..7.
func (order *labOrder) takeTTLs(text string) error {
	first, last, several := strings.Cut(text, "..")
	if !several {
		last = first
	}
	for _, end := range []struct {
		text string
		to   *uint8
	}{{first, &order.plan.First}, {last, &order.plan.Last}} {
		n, err := strconv.Atoi(end.text)
		if err != nil || n < 1 || n > experiment.MaxTTL {
			return api.Say("lab.ttl", "{text} is no TTL: use 1 to {most}, as 3 or 1..7", strconv.Quote(end.text), experiment.MaxTTL)
		}
		*end.to = uint8(n)
	}
	if order.plan.First > order.plan.Last {
		return api.Say("lab.ttl-order", "{text}: write the lower TTL first, as {last}..{first}", text, last, first)
	}
	return nil
}

// parsePercent reads a share of less than all: 5%, 0.1%, 0%.
func parsePercent(text string) (float64, error) {
	number, isPercent := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !isPercent || !(percent >= 0 && percent < 100) {
		return 0, api.Say("lab.share", "{text} is no share: use 0% to less than 100%, as 5%", strconv.Quote(text))
	}
	return percent / 100, nil
}

// labError is what is wrong with a plan that the flags made: the flags are.
func labError(err error) error {
	said := labSaid(err)
	said.Text = "lab: " + said.Text
	return api.FailAs(api.CodeUsage, said)
}

// labSaid is what err says, without the names of the rooms that it is from.
func labSaid(err error) api.Said {
	said := servent.Because(err)
	for _, room := range []string{"stage: ", "experiment: ", "graph: ", "topology "} {
		said.Text = strings.TrimPrefix(said.Text, room)
	}
	return said
}

// labFaults is the error of rows that are not what mathematics says.
func labFaults(rows []experiment.Row) error {
	for i := range rows {
		if fault := closedFault(&rows[i]); fault != "" {
			return errors.New("lab: " + fault + "; the lab is wrong here, please report the command and this line")
		}
	}
	return nil
}
