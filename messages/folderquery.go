package messages

import "fmt"

// MaxAskedFolder is the longest folder that a Query can ask for, in bytes: with
// all around it, it fits [MaxQuery].
const MaxAskedFolder = 480

// NewFolderQuery asks one servent, over a stream of its own, for all files in a
// folder and those below it, in the form of [KeyPath]; "" is everything. It fails
// where folder is over [MaxAskedFolder] or no [ValidPath].
//
// It is not for flooding: a Query by content that names no content finds nothing.
func NewFolderQuery(folder string) (Query, error) {
	if err := checkAskedFolder(folder); err != nil {
		return Query{}, err
	}
	ext, err := Area{GGEP: GGEP{{ID: KeyPath, Payload: []byte(folder)}}}.Extensions()
	return Query{Flags: QueryMarked | QueryHashes, Criteria: ContentCriteria, Extensions: ext}, err
}

// Folder returns the folder that q asks for; false where it asks for none, or for
// one that cannot be.
func (q Query) Folder() (folder string, ok bool) {
	payload, ok := q.Extensions.GGEP(KeyPath)
	if !ok || checkAskedFolder(string(payload)) != nil {
		return "", false
	}
	return string(payload), true
}

func checkAskedFolder(folder string) error {
	if len(folder) > MaxAskedFolder || folder != "" && !ValidPath(folder) {
		return fmt.Errorf("messages: write Query: %q is no folder that can be asked for", folder)
	}
	return nil
}
