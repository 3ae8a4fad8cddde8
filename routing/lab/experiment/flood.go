package experiment

import "servent/routing/search"

// flood asks once, with the TTL of the query.
func (t *trial) flood(q query) { t.policy(search.Flood{TTL: q.TTL}) }
