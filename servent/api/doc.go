// Package api is what a running servent tells and takes on its own computer:
// the values of its local API, as JSON, and the [Client] that speaks it over
// the unix socket of the servent's home.
//
// Every call is HTTP. A stream (a search, a download, hashing) is answered by
// server-sent events, each one an [Event] in JSON; all other calls by one JSON
// value. A call that fails is answered by an [Error].
//
//	GET  /api/status      Status
//	GET  /api/peers       []Link
//	POST /api/connect     ConnectRequest    Link
//	POST /api/search      SearchRequest     stream: Hit…, Summary
//	POST /api/get         GetRequest        stream: Progress…, Done
//	GET  /api/downloads   DownloadList
//	POST /api/downloads   GetRequest        Download
//	POST /api/downloads/pause  DownloadsRequest DownloadList
//	POST /api/downloads/resume DownloadsRequest DownloadList
//	POST /api/downloads/cancel DownloadsRequest DownloadList
//	GET  /api/share       ShareList
//	POST /api/share/add   ShareRequest      stream: Hashing…, ShareList
//	POST /api/share/remove ShareRequest     ShareList
//	POST /api/share/tag   TagRequest        stream: Hashing…, TagResult
//	POST /api/share/rescan ShareRequest     stream: Hashing…, ShareList
//	GET  /metrics         Prometheus text
package api
