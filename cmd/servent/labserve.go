package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
	"servent/servent/web"
)

// labTab is the page's tab of the lab.
const labTab = "lab"

// labTold is what a program is told that has no session.
const labTold = `This is the lab of a servent. Open the address that "servent lab --web" has printed;
it is good for one visit. For another one end the command and type it again.
`

// openLab opens the lab of the page: that of the servent which runs on the home,
// or else one of its own, until ctx ends. A graph of a file has always one of its
// own, for no servent could show it.
func openLab(ctx context.Context, con *console, c *cli.Context) error {
	if err := noWords("lab --web", c.Args().Slice()); err != nil {
		return err
	}
	request, err := labBeginning(c)
	if err != nil {
		return err
	}
	if request != nil && request.Graph != "" {
		return serveLab(ctx, con, c.String("web"), request)
	}
	link, err := runningPage(ctx, homeOf(c), labPlace(request))
	switch {
	case errors.Is(err, api.CodeNotRunning), errors.Is(err, api.CodeNotFound):
		return serveLab(ctx, con, c.String("web"), request)
	case err != nil:
		return err
	}
	con.say("the servent that runs here has the lab on its page")
	return con.printPage(link, false)
}

// serveLab serves the lab alone on address, until ctx ends. It begins with request;
// nil: as it was left.
func serveLab(ctx context.Context, con *console, address string, request *api.LabRequest) error {
	lab := newLabWeb()
	if request != nil && request.Graph != "" {
		lab.graph = &api.LabFile{Name: request.GraphName, Text: request.Graph}
	}
	l, err := web.Listen(address)
	if err != nil && lab.graph != nil && address == defaultWeb { // where a servent runs it has that port
		l, err = web.Listen("127.0.0.1:0")
	}
	if err != nil {
		return usage("--%v", err)
	}
	log := con.log(slog.LevelWarn)
	door := web.NewLabDoor(l.Addr().(*net.TCPAddr), log)
	routes := append(web.LabRoutes(lab), web.EndSession(), web.Plain("/", "How to open the page.", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		// An asker that is gone reads nothing.
		_, _ = io.WriteString(w, labTold)
	}))
	if err := con.printPage(api.PageLink{URL: door.Link(labPlace(request))}, false); err != nil {
		return err
	}
	con.say("the lab alone; Ctrl-C ends it")
	if err := web.NewServer(log, web.WithCalls(routes)).Serve(ctx, l, door); err != nil {
		return fmt.Errorf("lab: serve the page on %s: %w", l.Addr(), err)
	}
	return nil
}

// runningPage returns a link to a place in the page of the servent that runs on home.
func runningPage(ctx context.Context, home, place string) (api.PageLink, error) {
	client, err := api.Dial(home)
	if err != nil {
		return api.PageLink{}, err
	}
	defer client.Close()
	return client.PageLink(ctx, api.PageRequest{Tab: place})
}
