// Servent shares folders, floods queries, relays the messages of others and
// serves downloads: a Gnutella-style servent on libp2p.
//
//	servent up ~/Public        share a folder, on each computer
//	servent search SEBLINUX    find files on all of them
//	servent get 1              fetch the first hit
//
// Flags may stand anywhere; "--" ends them. Results go to stdout, one a line,
// talk to stderr. What peers told is printed with control characters and
// bidirectional overrides escaped.
//
// Exit codes: 0 done (search: at least one hit), 1 error, 2 usage, 3 no result,
// 4 no servent running, 5 verification failed, 6 disk full, 7 unfinished with
// the partial kept, 124 timed out, 130 interrupted.
package main
