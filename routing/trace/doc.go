// Package trace holds what happened to the messages of a network, event by
// event, as lines of JSON: what the lab writes, and what replays it.
//
//	{"format":"servent-trace","version":1,"network":"tree:3,5","seed":1,…}
//	{"search":1,"run":1,"strategy":"flood","ttl":3,"from":"0","query":1}
//	{"time":0,"from":"0","to":"1","type":"Query","guid":"5f1c80a2","ttl":3,"hops":0,"verdict":"sent"}
//	{"time":1,"from":"0","to":"1","type":"Query","guid":"5f1c80a2","ttl":3,"hops":0,"verdict":"delivered"}
//
// The first line is the [Header]. Each [Search] that begins has a line, and each
// [Event] after it belongs to it; a trace without searches, as one of real
// servents, has events alone. Readers pass over fields that they do not know.
package trace
