package servent

import (
	"servent/servent/web"
)

// routes are all calls of the local API. The same answer on the socket and on the web
// port; servent/api/openapi.json is made from them.
func (s *Servent) routes() []web.Route {
	routes := s.ownRoutes()
	if s.cfg.Lab != nil {
		routes = append(routes, web.LabRoutes(s.cfg.Lab)...)
	}
	if s.cfg.Settings != nil {
		routes = append(routes, web.SettingsRoutes(s.cfg.Settings)...)
	}
	return web.WithCalls(routes)
}

// ownRoutes are those that every servent has.
func (s *Servent) ownRoutes() []web.Route {
	return []web.Route{
		web.Plain("/", "How to use this API.", s.sayHow),
		web.Plain("/metrics", "Metrics in Prometheus' text format.", s.metrics().ServeHTTP),
		web.Plain(web.DescriptionPath, "This description.", describe),
		s.watch("/api/events", "What happens in the servent from now on: hello with its status first, then links, transfers, own searches and hashing. It has no end of its own."),
		web.Exchange("/api/page", "An address of the page that is good for one visit, and gives the browser a session.", s.PageLink),
		web.EndSession(),
		web.Value("/api/status", "The servent at a glance.", s.Status),
		web.Value("/api/peers", "The links, oldest first.", s.Peers),
		web.Value("/api/overlay", "The network as its servents tell of it: those that run with --trace.", s.Overlay),
		web.Value("/api/horizon", "The servents whose distance is known: links, and those that Pongs told of. Has a Ping flooded, once a minute at most.", s.Horizon),
		web.Exchange("/api/connect", "Link to a servent, and keep dialling it should the link end.", s.Connect),
		web.Exchange("/api/disconnect", "End a link, and neither dial nor accept it for a while.", s.Disconnect),
		web.Value("/api/doctor", "What keeps others from finding this servent, and what to do.", s.Doctor),
		web.Exchange("/api/doctor", "The same with what has to be tried: multicast, unless discovery by it is off, and the firewalls. Takes some two seconds.", s.Examine),
		web.Value("/api/invite", "An invitation to this servent.", s.Invite),
		web.Stream("/api/search", "Ask the network for files. Ends at the timeout, at max, or when nothing more comes.", s.Search),
		web.Value("/api/kinds", "The kinds of files that type: takes in the words of a search.", s.ListKinds),
		web.Stream("/api/get", "Fetch a file by its content, verified piece by piece.", s.Get),
		web.Stream("/api/get-many", "Fetch many files, whole folders among them, into one folder. Ends when each has come or failed.", s.GetMany),
		web.Value("/api/downloads", "What is fetched, was, or lies unfinished in the partial folder.", s.Downloads),
		web.Exchange("/api/downloads/start", "Begin to fetch a file, without waiting for it.", s.StartDownload),
		web.Exchange("/api/downloads/pause", "Stop downloads and keep what is verified.", s.PauseDownloads),
		web.Exchange("/api/downloads/resume", "Go on with downloads.", s.ResumeDownloads),
		web.Exchange("/api/downloads/priority", "Say which downloads run before others.", s.PrioritizeDownloads),
		web.Exchange("/api/downloads/cancel", "Stop downloads and remove what is there of them.", s.CancelDownloads),
		web.Exchange("/api/limits", "Change the limits of all uploads and all downloads, until the servent ends.", s.SetLimits),
		web.Value("/api/share", "The shared folders, and what in them cannot be shared.", s.ShareList),
		web.Exchange("/api/share/files", "Some of the shared files, of a folder or with words, in an order.", s.ListFiles),
		web.Stream("/api/share/add", "Share folders. Ends when their files can be found; the servent goes on where the caller leaves before that.", s.ShareAdd),
		web.Exchange("/api/share/remove", "Stop sharing folders.", s.ShareRemove),
		web.Stream("/api/share/tag", "Give files keywords, by their content. Ends when they can be found by them.", s.Tag),
		web.Stream("/api/share/untag", "Take keywords from files, by their content. Ends when they can be found by them no longer.", s.Untag),
		web.Stream("/api/torrent", "Make the metainfo of a shared file or folder for BitTorrent clients, and serve it. Ends when the files are hashed and it is written.", s.Torrent),
		web.Stream("/api/share/rescan", "Look through shared folders again.", s.Rescan),
	}
}
