// Package servent is a node of the overlay: it shares folders, floods searches
// to its neighbours, relays and answers those of others, and fetches what was
// found, verified against its hash. It is what the command servent runs; any
// program can run one, or several.
//
// # A first program
//
// This one searches the network "lan" around it, and fetches the first hit:
//
//	s, err := servent.New(servent.Config{Downloads: "/home/me/Downloads"})
//	if err != nil {
//		return err
//	}
//	ctx, stop := context.WithCancel(context.Background())
//	defer stop()
//	ended := make(chan error, 1)
//	go func() { ended <- s.Run(ctx) }()
//	select {
//	case <-s.Ready():
//	case err := <-ended: // it could not begin
//		return err
//	}
//	for hit, err := range s.Hits(ctx, api.SearchRequest{Words: `"red hat" type:iso`}) {
//		if err != nil {
//			return err
//		}
//		done, err := s.Get(ctx, api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, func(api.Progress) {})
//		if err != nil {
//			return err
//		}
//		fmt.Println(done.Path)
//		break // ends the search
//	}
//	stop()
//	return <-ended
//
// [Query] tells what Words may hold, package servent/api the values of requests
// and answers.
//
// # Configuration
//
// The zero [Config] works: a servent of the network "lan" with a throw-away
// identity, which listens on port 6346 or the next free one, looks for others by
// multicast, shares nothing and keeps nothing. A Home makes it one that keeps
// its identity, its catalogue of hashed files and its downloads, and that other
// programs of the same user can call. For networks of your own, as in tests, set
// NoDiscovery, Listen and Connect.
//
// # Life
//
// [New] takes the home, opens the catalogue and listens. [Servent.Run] works
// until its context ends; then it says Bye to the neighbours, lets go of
// everything and returns nil. Run is called once, in a goroutine of its own; when
// [Servent.Ready] is closed, calls are answered (until then they wait) and the servents of
// Config.Connect have been dialled, though others may still be on their way: a
// search asks those that come later, too. A servent that is made and never run is let go of by
// [Servent.Close].
//
// # Errors
//
// What a program may want to branch on:
//
//	New          [*ConfigError]  a field of the Config cannot be; the text names it
//	             [ErrHomeInUse]  another servent runs on the home
//	Search       [*QueryError]   the query is wrong, and where
//	             [ErrClosed]     the servent has stopped, as of Status, Peers and Connect
//	             ctx.Err()       the call's context has ended, as of those
//	Get, Share…  [*api.Error]    its Code tells the kind: [api.CodeNotFound], [api.CodeVerify], …
//
// A [*QueryError] is an [*api.Error] too, for [errors.As]. Errors.Is tells the
// sentinels and, as in errors.Is(err, api.CodeNotFound), the kind of an
// [*api.Error].
//
// # Concurrency
//
// Any goroutine may call the methods of a Servent, many at once. Functions given
// to a call are called from the goroutine of that call, one at a time, before it
// returns; those of a Config are called from goroutines of the servent and must
// not block, nor call it. Values that are returned belong to the caller.
//
// Inside, one goroutine, the loop, owns the router, the links and the searches;
// every other goroutine sends it arrivals or calls. ARCHITECTURE.md tells of a
// Query from top to bottom, and of who owns what.
//
// # Calling a servent that runs
//
// A servent with a home is called from other processes by [api.Dial]: the
// [api.Client] has the same calls. [OpenShares] opens the shared folders of a home
// on which none runs.
package servent
