// Package api is what a running servent tells and takes on its own computer:
// the values of its local API, as JSON, and the [Client] that speaks it, over
// the unix socket of the servent's home ([Dial]) or over loopback HTTP with a
// token ([DialWeb]).
//
// Every call is HTTP. A stream (a search, a download, hashing, what happens) is
// answered by server-sent events, each one a value in JSON that says in "type"
// what it is; all other calls by one JSON value. A call that fails is answered
// by an [Error]. [OpenAPI] describes it all; docs/api.md shows how to call it
// without Go.
//
//	GET  /api/status      Status
//	POST /api/page        PageRequest       PageLink
//	POST /api/page/end    PageEnd           PageEnd
//	GET  /api/peers       []Link
//	GET  /api/horizon     Horizon
//	POST /api/connect     ConnectRequest    Link
//	POST /api/disconnect  DisconnectRequest Link
//	GET  /api/overlay     Overlay
//	GET  /api/invite      Invite
//	GET  /api/doctor      Doctor
//	POST /api/doctor      DoctorRequest     Doctor
//	POST /api/search      SearchRequest     stream: Hit…, Summary
//	GET  /api/kinds       KindList
//	POST /api/get         GetRequest        stream: Progress…, Done
//	POST /api/get-many    BatchRequest      stream: BatchProgress…, BatchSummary
//	GET  /api/downloads   DownloadList
//	POST /api/downloads/start  GetRequest        Download
//	POST /api/downloads/pause  DownloadsRequest DownloadList
//	POST /api/downloads/resume DownloadsRequest DownloadList
//	POST /api/downloads/priority PriorityRequest DownloadList
//	POST /api/downloads/cancel DownloadsRequest DownloadList
//	POST /api/limits      LimitsRequest     Limits
//	GET  /api/settings    Settings
//	POST /api/settings    SettingsRequest   Settings
//	GET  /api/share       ShareList
//	POST /api/share/files FilesRequest      FileList
//	POST /api/share/add   ShareRequest      stream: Hashing…, ShareList
//	POST /api/share/remove ShareRequest     ShareList
//	POST /api/torrent     TorrentRequest    stream: Hashing…, Torrent
//	POST /api/share/tag   TagRequest        stream: Hashing…, TagResult
//	POST /api/share/untag TagRequest        stream: Hashing…, TagResult
//	POST /api/share/rescan ShareRequest     stream: Hashing…, ShareList
//	GET  /api/events      stream: Event…
//	POST /api/lab         LabRequest        LabRun
//	POST /api/lab/table   LabTableRequest   LabTable
//	POST /api/lab/rows    LabRequest        stream: LabProgress…, LabRows
//	GET  /api/lab/lessons LabLessons
//	GET  /api/lab/graph   LabFile
//	GET  /api/calls       CallList
//	GET  /api/openapi.json OpenAPI
//	GET  /metrics         Prometheus text
//	GET  /                text: how to call this
//
// Fields, events, types and codes may be added; those that are there stay.
package api
