// The searches of a class, put together from what each servent tells of itself.
// Pure: events in, searches out.

/**
 * One thing that a servent did with a message, see api.TracedEvent.
 * @typedef {{time_ms: number, by: string, from: string, to: string, kind: string, guid: string, ttl: number, hops: number,
 *   verdict: string, words?: string}} TracedEvent
 */

/** So many searches are kept, and so many events of one. */
const MOST = 200, MOST_EVENTS = 20_000;

/** One search, by the first digits of its GUID. */
export class ClassSearch {
  /** @param {string} guid */
  constructor(guid) {
    this.guid = guid;
    this.number = 0; // in the list; 0: who asks is not known yet
    this.source = '';
    this.words = '';
    this.ttl = 0;
    this.began = Infinity;
    this.ended = 0;
    this.heard = 0; // when its last event came, on the page's clock
    /** @type {TracedEvent[]} */
    this.events = [];
    /** @type {Map<string, number>} hop by peer */
    this.reached = new Map();
    this.among = 0; // other servents that were there when it was told of, at most
    this.messages = 0;
    this.duplicates = 0;
    this.hits = 0;
  }

  /** @param {TracedEvent} e */
  take(e) {
    if (this.events.length >= MOST_EVENTS) return;
    this.events.push(e);
    this.began = Math.min(this.began, e.time_ms);
    this.ended = Math.max(this.ended, e.time_ms);
    if (e.verdict === 'hit') this.hits++;
    if (e.kind !== 'Query') return;
    if (e.verdict === 'sent') this.asked(e);
    else if (e.verdict === 'duplicate') this.duplicates++;
    else if (e.verdict === 'delivered') {
      this.reached.set(e.to, e.hops + 1);
      this.among = Math.max(this.among, this.reached.size);
    }
  }

  /** @param {TracedEvent} e */
  asked(e) {
    this.messages++;
    if (e.hops !== 0) return;
    this.source = e.from;
    this.ttl = Math.max(this.ttl, e.ttl);
    this.words ||= e.words ?? '';
  }
}

/** All searches that are known of. */
export class ClassSearches {
  constructor() {
    /** @type {Map<string, ClassSearch>} */
    this.byGuid = new Map();
    this.count = 0;
  }

  /**
   * Takes what servents did with messages, and returns the searches that it tells of.
   * @param {TracedEvent[]} events
   * @param {number} now
   * @param {number} others servents beside one that asks
   * @returns {Set<ClassSearch>}
   */
  take(events, now, others) {
    const changed = new Set();
    for (const e of events) {
      if (e.kind !== 'Query' && e.kind !== 'QueryHit') continue;
      const search = this.of(e.guid);
      search.take(e);
      search.heard = now;
      search.among = Math.max(search.among, others);
      if (search.number === 0 && search.source) search.number = ++this.count;
      changed.add(search);
    }
    return changed;
  }

  /** @param {string} guid */
  of(guid) {
    let search = this.byGuid.get(guid);
    if (!search) {
      search = new ClassSearch(guid);
      this.byGuid.set(guid, search);
      if (this.byGuid.size > MOST) this.byGuid.delete(/** @type {string} */ (this.byGuid.keys().next().value));
    }
    return search;
  }

  /** Those whose asker is known, the latest first. @returns {ClassSearch[]} */
  list() { return [...this.byGuid.values()].filter((s) => s.number > 0).sort((a, b) => b.number - a.number); }
}

/**
 * The graph of a class: those in the overlay, and those that a search tells of.
 * @typedef {{peers: string[], at: Map<string, number>, edges: number[]}} ClassGraph
 */

/**
 * @param {{nodes: {peer: string}[], links: string[][]}} overlay
 * @param {ClassSearch | null} search
 * @returns {ClassGraph}
 */
export function graphOf(overlay, search) {
  /** @type {Map<string, number>} */
  const at = new Map();
  const place = (/** @type {string} */ peer) => {
    if (!at.has(peer)) at.set(peer, at.size);
    return /** @type {number} */ (at.get(peer));
  };
  /** @type {Map<string, number[]>} */
  const links = new Map();
  const join = (/** @type {string} */ a, /** @type {string} */ b) => {
    const pair = [place(a), place(b)].sort((x, y) => x - y);
    if (pair[0] !== pair[1]) links.set(pair.join(), pair);
  };
  for (const node of overlay.nodes) place(node.peer);
  for (const [a, b] of overlay.links) join(a, b);
  for (const e of search?.events ?? []) if (e.verdict === 'sent') join(e.from, e.to);
  return { peers: [...at.keys()], at, edges: [...links.values()].flat() };
}

/**
 * A search as the lab's player takes it, hop by hop: what is sent with h hops leaves
 * at h and comes at h + 1. The clocks of laptops agree to some milliseconds only, and
 * a flood takes no more; hops are exact. A hit leaves a servent that is d hops away,
 * after k links, at d + 2k.
 * @param {ClassSearch} search
 * @param {ClassGraph} graph
 * @param {string[]} labels
 */
export function runOf(search, graph, labels) {
  const at = (/** @type {string} */ peer) => graph.at.get(peer) ?? -1;
  const timed = search.events.map((e) => ({ e, arrives: e.verdict !== 'sent', time: hopTime(search, e) }))
    .filter(({ e }) => at(e.from) >= 0 && at(e.to) >= 0)
    .sort((a, b) => a.time - b.time || Number(b.arrives) - Number(a.arrives));
  const words = (/** @type {(e: TracedEvent) => string} */ of) => [...new Set(timed.map(({ e }) => of(e)))];
  const types = words((e) => e.kind), verdicts = words((e) => e.verdict);
  const column = (/** @type {(one: {e: TracedEvent, time: number}) => number} */ of) => timed.map(of);
  const events = {
    time_ms: column(({ time }) => time), from: column(({ e }) => at(e.from)), to: column(({ e }) => at(e.to)),
    type: column(({ e }) => types.indexOf(e.kind)), guid: column(() => 0), ttl: column(({ e }) => e.ttl), hops: column(({ e }) => e.hops),
    verdict: column(({ e }) => verdicts.indexOf(e.verdict)), types, guids: [search.guid], verdicts,
  };
  return {
    synchronous: true, source: at(search.source), graph: { nodes: graph.peers.length, edges: graph.edges, labels },
    searches: [{ strategy: 'flood', events }],
  };
}

/**
 * @param {ClassSearch} search
 * @param {TracedEvent} e
 */
function hopTime(search, e) {
  const away = e.kind === 'QueryHit' ? (search.reached.get(e.from) ?? 0) + e.hops : 0;
  return away + e.hops + (e.verdict === 'sent' ? 0 : 1);
}

/**
 * Searches as a trace that "servent lab replay" reads: lines of JSON.
 * @param {string} network
 * @param {ClassSearch[]} searches
 * @param {(peer: string) => string} name
 */
export function classTrace(network, searches, name) {
  /** @type {unknown[]} */
  const lines = [{ format: 'servent-trace', version: 1, network }];
  for (const s of searches) {
    lines.push({ search: s.number, run: 1, strategy: 'flood', ttl: s.ttl, from: name(s.source), query: s.number });
    const sorted = [...s.events].sort((a, b) => a.time_ms - b.time_ms);
    for (const e of sorted) {
      const time = Math.max(0, Math.round((e.time_ms - s.began) * 1000) / 1000);
      lines.push({ time, from: name(e.from), to: name(e.to), type: e.kind, guid: e.guid, ttl: e.ttl, hops: e.hops, verdict: e.verdict });
    }
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
