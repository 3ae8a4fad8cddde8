// Servent: share folders, search all servents around, fetch files.
//
// Example:
//
//	servent up ~/Public        share a folder, on each computer
//	servent search SEBLINUX    find files on all of them
//	servent get 1              fetch the first hit
//
// Usage: servent VERB [WORDS…] [FLAGS]   (servent VERB --help tells more)
//
// Verbs:
//
//	up          run the servent and share folders
//	search      find files by words
//	get         fetch files and verify them
//	downloads   list, pause, resume, order and cancel downloads
//	share       say what is shared, and under which keywords
//	torrent     write the .torrent or magnet link of a shared file
//	status      what the running servent does
//	page        let a browser into the page
//	limit       show or change how fast the running servent transfers
//	peers       the neighbours of the running servent
//	connect     link to a servent by its address or invitation
//	disconnect  end the link to a neighbour
//	invite      what others need to join: text and QR code
//	doctor      why servents do not find each other, and what to try
//	lab         experiments with thousands of virtual servents
//	demo        a whole network on this computer, explained
//	config      the settings, and where they come from
//	completion  make the TAB key of a shell complete
//	man         print the manual page
//	version     which servent this is
//
// Flags of every verb:
//
//	--home DIR      keep identity, catalogue and downloads in DIR
//	--config FILE   read settings from FILE (config.toml in the home)
//	--network NAME  join the network NAME, hear no other (lan)
//	--json          results as JSON lines, errors as JSON on stderr
//	-q, --quiet     no talk on stderr but errors
//	-v, --verbose   log every message on stderr
//	--no-color      no colour on a terminal (also: NO_COLOR)
//
// Topics: servent help exit-codes|environment|config
//
// Flags may stand anywhere; "--" ends them. Results go to stdout, one a line, talk
// to stderr. What peers told is printed with control characters and bidirectional
// overrides escaped.
//
// Exit codes:
//
//	  0  done; for search: at least one hit
//	  1  error
//	  2  the command line, a variable or the configuration file is wrong
//	  3  no result
//	  4  no servent is running on the home
//	  5  verification failed: the bytes are not what the hit said
//	  6  disk full
//	  7  unfinished, the partial file is kept
//	124  --timeout ran out, the partial file is kept
//	130  interrupted by Ctrl-C, SIGTERM or SIGHUP (up ends with 0)
package main
