// Traces: JSON lines as `servent lab --trace` writes them. A file is anybody's: what
// is wrong with it is told by line, and no more than a page can show is read.

/** @typedef {import('./flights.js').Columns} Columns */
/**
 * @typedef {{number: number, run: number, strategy: string, ttl: number, from: number, replicas: string, query: number, events: Columns}} Search
 * @typedef {{header: Record<string, any>, names: string[], edges: number[], searches: Search[]}} Trace
 */

export const MOST_BYTES = 128 << 20;
export const MOST_LINE = 64 << 10;
export const MOST_EVENTS = 400_000;
const MOST_NAMES = 100_000;
const FORMAT = 'servent-trace', VERSION = 1, MOST_COUNT = 2147483647;

/** What is wrong with a trace: a key of the catalogue, and its values. */
export class TraceError extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string|number>} values
   */
  constructor(key, values) {
    super(`${key} ${JSON.stringify(values)}`);
    this.key = key;
    this.values = values;
  }
}

/**
 * Reads a trace.
 * @param {string} text
 * @returns {Trace} throws a TraceError
 */
export function readTrace(text) {
  const reader = new Reader();
  let line = 0;
  for (let at = 0; at < text.length;) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    line++;
    if (end - at > MOST_LINE) throw new TraceError('trace.long', { line, n: MOST_LINE });
    const part = text.slice(at, end).trim();
    at = end + 1;
    if (part) reader.line(part, line);
  }
  return reader.trace(line);
}

class Reader {
  constructor() {
    /** @type {Record<string, any>|null} */
    this.header = null;
    /** @type {Map<string, number>} */
    this.nodes = new Map();
    /** @type {Set<string>} */
    this.links = new Set();
    /** @type {number[]} */
    this.edges = [];
    /** @type {Search[]} */
    this.searches = [];
    /** @type {Map<string, number>[]} */
    this.words = [];
    this.events = 0;
    /** @type {Set<Columns>} those of several servents may come late */
    this.unordered = new Set();
  }

  /**
   * @param {string} text
   * @param {number} line
   */
  line(text, line) {
    /** @type {any} */
    let value = null;
    try {
      value = JSON.parse(text);
    } catch {
      // told below
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new TraceError(this.header ? 'trace.cut' : 'trace.none', { line });
    }
    if (!this.header) this.head(value, line);
    else if (value.search !== undefined) this.search(value, line);
    else this.event(value, line);
  }

  /**
   * @param {any} value
   * @param {number} line
   */
  head(value, line) {
    if (value.format !== FORMAT) throw new TraceError('trace.none', { line });
    if (!(value.version >= 1 && value.version <= VERSION)) throw new TraceError('trace.version', { version: String(value.version).slice(0, 20) });
    this.header = value;
    // The lab's servents are numbered: they keep their numbers, reached or not.
    if (Number.isInteger(value.servents) && value.servents > 0 && value.servents <= MOST_NAMES) {
      for (let i = 0; i < value.servents; i++) this.nodes.set(String(i), i);
    }
  }

  /**
   * @param {any} s
   * @param {number} line
   */
  search(s, line) {
    const good = count(s.search) && s.search > 0 && count(s.run ?? 0) && count(s.ttl ?? 0) && count(s.query ?? 0) && typeof s.from === 'string' && s.from;
    if (!good) throw new TraceError('trace.search', { line });
    this.begin({ number: s.search, run: s.run ?? 1, strategy: String(s.strategy ?? ''), ttl: s.ttl ?? 0,
      from: this.node(s.from, line), replicas: String(s.replicas ?? ''), query: s.query ?? 1 });
  }

  /** @param {Omit<Search, 'events'>} search */
  begin(search) {
    const events = { time_ms: [], from: [], to: [], type: [], guid: [], ttl: [], hops: [], verdict: [], types: [], guids: [], verdicts: [] };
    this.searches.push({ ...search, events });
    this.words = [new Map(), new Map(), new Map()];
  }

  /**
   * @param {any} e
   * @param {number} line
   */
  event(e, line) {
    const named = [e.from, e.to, e.type, e.verdict].every((word) => typeof word === 'string' && word);
    if (!named) throw new TraceError('trace.event', { line });
    const ttl = e.ttl ?? 0, hops = e.hops ?? 0;
    if (!(typeof e.time === 'number' && e.time >= 0 && e.time < 5e12) || !count(ttl) || !count(hops)) throw new TraceError('trace.numbers', { line });
    if (++this.events > MOST_EVENTS) throw new TraceError('trace.many', { n: MOST_EVENTS });
    const from = this.node(e.from, line), to = this.node(e.to, line);
    if (!this.searches.length) this.begin({ number: 1, run: 1, strategy: '', ttl: 0, from, replicas: '', query: 1 });
    const { events } = this.searches[this.searches.length - 1];
    if (e.time < (events.time_ms.at(-1) ?? 0)) this.unordered.add(events);
    if (e.verdict === 'sent' && from !== to) this.link(from, to);
    events.time_ms.push(e.time);
    events.from.push(from);
    events.to.push(to);
    events.ttl.push(ttl);
    events.hops.push(hops);
    events.type.push(place(this.words[0], events.types, e.type));
    events.guid.push(place(this.words[1], events.guids, String(e.guid ?? '')));
    events.verdict.push(place(this.words[2], events.verdicts, e.verdict));
  }

  /**
   * @param {number} a
   * @param {number} b
   */
  link(a, b) {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (this.links.has(key)) return;
    this.links.add(key);
    this.edges.push(a, b);
  }

  /**
   * @param {string} name
   * @param {number} line
   */
  node(name, line) {
    let i = this.nodes.get(name);
    if (i === undefined) {
      i = this.nodes.size;
      if (i >= MOST_NAMES) throw new TraceError('trace.servents', { line, n: MOST_NAMES });
      this.nodes.set(name, i);
    }
    return i;
  }

  /** @param {number} line of the end */
  trace(line) {
    if (!this.header) throw new TraceError('trace.empty', {});
    for (const events of this.unordered) sort(events);
    const searches = this.searches.filter((s) => s.events.time_ms.length);
    if (!searches.length) throw new TraceError('trace.events', { line });
    return { header: this.header, names: [...this.nodes.keys()], edges: this.edges, searches };
  }
}

/** @param {Columns} events put in the order of time */
function sort(events) {
  const order = events.time_ms.map((_, i) => i).sort((a, b) => events.time_ms[a] - events.time_ms[b] || a - b);
  for (const name of /** @type {const} */ (['from', 'to', 'type', 'guid', 'ttl', 'hops', 'verdict', 'time_ms'])) {
    const column = events[name];
    events[name] = order.map((i) => column[i]);
  }
}

/** @param {unknown} n */
function count(n) { return Number.isInteger(n) && Number(n) >= 0 && Number(n) <= MOST_COUNT; }

/**
 * @param {Map<string, number>} places
 * @param {string[]} words
 * @param {string} word
 */
function place(places, words, word) {
  let i = places.get(word);
  if (i === undefined) {
    places.set(word, i = words.length);
    words.push(word);
  }
  return i;
}

/**
 * Writes a run of the lab as a trace that `servent lab replay` reads.
 * @param {any} run an api.LabRun
 * @param {any} request what it was asked with
 * @returns {string}
 */
export function writeTrace(run, request) {
  const name = (/** @type {number} */ i) => run.graph.labels?.[i] ?? String(i);
  const lines = [JSON.stringify({
    format: FORMAT, version: VERSION, network: run.network, servents: run.graph.nodes, links: run.graph.edges.length / 2,
    seed: request.seed ?? 1, strategies: run.searches.map((/** @type {any} */ s) => s.strategy), dedup: request.dedup || 'plain',
    latency: request.latency || 'equal', loss: parseFloat(request.loss) / 100 || undefined, runs: 1, synchronous: run.synchronous || undefined,
  })];
  run.searches.forEach((/** @type {any} */ s, /** @type {number} */ k) => {
    lines.push(JSON.stringify({
      search: k + 1, run: 1, strategy: s.strategy, ttl: s.ttl || undefined, from: name(run.source), replicas: request.replicas || undefined, query: 1,
    }));
    const e = s.events;
    for (let i = 0; i < e.time_ms.length; i++) {
      lines.push(JSON.stringify({
        time: e.time_ms[i], from: name(e.from[i]), to: name(e.to[i]), type: e.types[e.type[i]], guid: e.guids[e.guid[i]],
        ttl: e.ttl[i], hops: e.hops[i], verdict: e.verdicts[e.verdict[i]],
      }));
    }
  });
  return lines.join('\n') + '\n';
}

/**
 * The searches of a trace that can be watched side by side: of the same run, who
 * asks and query, each with a strategy of its own.
 * @param {Trace} trace
 * @returns {Search[][]}
 */
export function groups(trace) {
  /** @type {Map<string, Search[]>} */
  const all = new Map();
  for (const s of trace.searches) {
    let round = 0;
    const key = () => `${s.run} ${s.from} ${s.query} ${s.replicas} ${round}`;
    while ((all.get(key()) ?? []).some((other) => other.strategy === s.strategy) || (all.get(key())?.length ?? 0) >= 3) round++;
    all.set(key(), [...(all.get(key()) ?? []), s]);
  }
  return [...all.values()];
}

/**
 * A group of a trace's searches as a run of the lab, without what the engine says of it.
 * @param {Trace} trace
 * @param {Search[]} searches
 * @param {any} [graph] the whole graph, an api.LabGraph, where it is known; else what the trace tells of it
 */
export function runOf(trace, searches, graph) {
  const { header, names, edges } = trace, network = String(header.network ?? '');
  const whole = graph && places(names, graph), numbered = names.every((name, i) => name === String(i));
  const to = (/** @type {number[]} */ column) => (whole ? column.map((i) => whole[i]) : column);
  return {
    network, synchronous: header.synchronous === true, holders: [], cut: false, source: to([searches[0].from])[0],
    graph: whole ? graph : { nodes: names.length, labels: numbered ? undefined : names, edges, shape: network.split(':')[0] },
    searches: searches.map(({ strategy, ttl, events }) => ({
      strategy, ttl, events: { ...events, from: to(events.from), to: to(events.to) }, row: null, closed: null, end_ms: events.time_ms.at(-1) ?? 0,
    })),
  };
}

/**
 * Where the servents of a trace are in a graph; null where one is not.
 * @param {string[]} names
 * @param {any} graph an api.LabGraph
 */
function places(names, graph) {
  const labels = new Map((graph.labels ?? Array.from({ length: graph.nodes }, (_, i) => String(i))).map((/** @type {string} */ l, /** @type {number} */ i) => [l, i]));
  const found = names.map((name) => labels.get(name) ?? -1);
  return found.includes(-1) ? null : found;
}
