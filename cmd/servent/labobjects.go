package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/experiment"
	"servent/servent/api"
)

// generatedNames is what --names has in place of a file.
const generatedNames = "generated"

// readObjects reads what is asked for, and who holds it. Of a file of names it
// reads nothing yet.
func (order *labOrder) readObjects(c *cli.Context) error {
	o := &order.plan.Objects
	if o.Number = c.Int("objects"); o.Number < 0 || o.Number > experiment.MaxObjects {
		return usage("--objects %d: use 0 to %s", o.Number, grouped(experiment.MaxObjects))
	}
	order.names = c.String("names")
	many := o.Number > 0 || order.names != ""
	for _, read := range []struct {
		flag string
		take func(text string) error
	}{
		{"replicas", order.takeReplicas},
		{"free-riders", func(text string) (err error) { o.FreeRiders, err = experiment.ParseFreeRiders(text); return err }},
		{"replication", func(text string) (err error) { o.Replication, err = experiment.ParseReplication(text); return err }},
		{"popularity", func(text string) (err error) { o.Popularity, err = experiment.ParsePopularity(text); return err }},
	} {
		if err := read.take(c.String(read.flag)); err != nil {
			return api.Fail(api.CodeUsage, "lab.flag", "--{flag}: {cause}", read.flag, labSaid(err))
		}
	}
	switch {
	case o.FreeRiders > 0 && !order.asks():
		return usage("--free-riders is about who holds what is asked for: say how many do, as --replicas 1%%")
	case many && !order.asks():
		return usage("say how many servents hold an object, as --replicas 1%%")
	case order.names == generatedNames && o.Number == 0:
		return usage("--names %s: say how many objects, as --objects 1000", generatedNames)
	case !many:
		for _, flag := range []string{"replication", "popularity"} {
			if c.IsSet(flag) {
				return usage("--%s is about several objects: say how many, as --objects 1000", flag)
			}
		}
		o.Popularity = 0 // each query has an object of its own
	}
	return nil
}

// namesFile returns the file that has the names of the objects, or "".
func (order *labOrder) namesFile() string {
	if order.names == generatedNames {
		return ""
	}
	return order.names
}

// readNames reads the names of the objects.
func (order *labOrder) readNames() error {
	o := &order.plan.Objects
	switch order.names {
	case "":
		return nil
	case generatedNames:
		o.Names = experiment.GenerateNames(o.Number, order.plan.Seed)
		return nil
	}
	f, err := os.Open(order.names)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("--names %s: there is no such file; write a file of names, or %s", order.names, generatedNames)
	}
	if err != nil {
		return fmt.Errorf("lab: read the names %s: %w", order.names, cause(err))
	}
	defer f.Close()
	if o.Names, err = experiment.ReadNames(f); err != nil {
		return fmt.Errorf("lab: %s: %s", order.names, strings.TrimPrefix(err.Error(), "experiment: "))
	}
	if o.Number > len(o.Names) {
		return fmt.Errorf("lab: %s: %s, and %s objects are asked for: each needs one", order.names, countGrouped(len(o.Names), "name", "names"), grouped(o.Number))
	}
	return nil
}

// objectsText says what is asked for.
func (order *labOrder) objectsText() string {
	o := &order.plan.Objects
	if !order.asks() {
		return ""
	}
	text := ", replicas " + order.replicasText()
	if n := cmp.Or(o.Number, len(o.Names)); n > 0 {
		text = fmt.Sprintf(", %s, replicas %s %v, popularity %g", countGrouped(n, "object", "objects"), order.replicasText(), o.Replication, o.Popularity)
	}
	if o.FreeRiders > 0 {
		text += fmt.Sprintf(", free riders %g%%", 100*o.FreeRiders)
	}
	return text
}
