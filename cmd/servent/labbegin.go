package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/graph"
	"servent/routing/lab/stage"
	"servent/servent/api"
	"servent/servent/web"
)

// alwaysSaid are the flags that an address of the page's lab always says, for there
// the form has defaults of its own.
var alwaysSaid = map[string]bool{"topology": true, "seed": true, "ttl": true, "strategy": true}

// labBeginning returns what the page is to begin with where flags stand beside
// --web, and nil where none does: then it is as it was left.
func labBeginning(c *cli.Context) (*api.LabRequest, error) {
	request, any := &api.LabRequest{}, false
	for _, f := range labVerb(&console{}).Flags {
		name := f.Names()[0]
		value, typed := fmt.Sprint(c.Value(name)), c.IsSet(name)
		if name == "web" || name == "graph" {
			any = any || typed && name == "graph"
			continue
		}
		any = any || typed
		if value == "" {
			value = formatValue(defaultOf(f))
		}
		if !typed && !alwaysSaid[name] && value == formatValue(defaultOf(f)) {
			continue
		}
		if !setLabRequest(request, name, value) && typed {
			return nil, usage("lab --web: --%s has no place on the page: leave it out, or leave out --web to have the experiment done here", name)
		}
	}
	if !any {
		return nil, nil
	}
	if err := setGraph(request, c); err != nil {
		return nil, err
	}
	order, _, err := newLabWeb().play(request)
	if err != nil {
		return nil, err
	}
	if n := len(request.Strategies); n > stage.MaxStrategies {
		return nil, usage("lab --web: %d strategies: the page shows %d beside each other, the command without --web all", n, stage.MaxStrategies)
	}
	request.TTL = int(order.plan.Last)
	return request, nil
}

// setGraph has request name the network of c's flags: the text of --graph, if it
// is there, in place of the topology.
func setGraph(request *api.LabRequest, c *cli.Context) error {
	network, err := labNetworkOf(c)
	if err != nil || network.file == "" {
		return err
	}
	if err := network.open(); err != nil { // says what is wrong with the file
		return err
	}
	f, err := os.Open(network.file)
	if err != nil {
		return fmt.Errorf("lab: read the graph %s: %w", network.file, cause(err))
	}
	defer f.Close()
	text, err := graph.Text(f)
	if err != nil {
		return fmt.Errorf("lab: read the graph %s: %w", network.file, err)
	}
	const most = web.MaxLabRequest - 1<<16 // what else stands in a request is short
	read, err := io.ReadAll(io.LimitReader(text, most+1))
	if err != nil {
		return fmt.Errorf("lab: read the graph %s: %w", network.file, cause(err))
	}
	if sent, err := json.Marshal(string(read)); err != nil || len(sent) > most {
		return usage("--graph %s: it is too large for the page, which takes %d MiB; leave out --web to have the experiment done here", network.file, web.MaxLabRequest>>20)
	}
	request.Topology, request.Graph, request.GraphName = "", string(read), filepath.Base(network.file)
	return nil
}

// labPlace returns where the page shows what request says, as [web.Door.Link] takes
// it: lab/topology=ring:12&ttl=3. The names are those of the values of the API.
func labPlace(request *api.LabRequest) string {
	if request == nil {
		return labTab
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	seed := ""
	if request.Seed != nil {
		seed = strconv.FormatInt(*request.Seed, 10)
	}
	var said []string
	for _, one := range [][2]string{
		{"topology", request.Topology}, {"graph", request.GraphName}, {"ttl", number(request.TTL)}, {"seed", seed},
		{"strategies", strings.Join(request.Strategies, ",")}, {"dedup", request.Dedup}, {"latency", request.Latency},
		{"loss", request.Loss}, {"replicas", request.Replicas}, {"ttls", request.TTLs}, {"sources", request.Sources},
		{"queries", number(request.Queries)}, {"runs", number(request.Runs)}, {"churn", request.Churn},
	} {
		if one[1] != "" {
			said = append(said, one[0]+"="+plainly.Replace(url.QueryEscape(one[1])))
		}
	}
	return labTab + "/" + strings.Join(said, "&")
}

// plainly leaves in an address what means nothing there, so that it can be read.
var plainly = strings.NewReplacer("%3A", ":", "%2C", ",")
