// A search of the lab at any time: what was reached, what is under way, what it
// has cost. Pure: going back is asking for an earlier time.

import { Flights, linkMap } from './flights.js';

/** @typedef {import('./flights.js').Columns} Columns */
/**
 * What the counters count, as a row of the lab has it.
 * @typedef {'reached'|'messages'|'duplicates'|'others'|'improved'|'lost'|'hits'} Counter
 */

/** @type {Counter[]} */
export const COUNTERS = ['reached', 'messages', 'duplicates', 'others', 'improved', 'lost', 'hits'];

/** The search of one strategy. */
export class Track {
  /**
   * @param {Columns} events
   * @param {{nodes: number, edges: ArrayLike<number>}} graph
   * @param {number} source
   */
  constructor(events, graph, source) {
    const { nodes } = graph, links = linkMap(graph.edges, nodes);
    this.events = events;
    this.source = source;
    this.flights = new Flights(events, nodes, links);
    this.reachedAt = new Float64Array(nodes).fill(Infinity);
    this.hops = new Int32Array(nodes).fill(-1);
    /** @type {Map<number, {time: number, hop: number}[]>} */
    this.improved = new Map();
    this.usedAt = new Float64Array(graph.edges.length / 2).fill(Infinity);
    this.reverseAt = new Float64Array(graph.edges.length / 2).fill(Infinity);
    this.reachedAt[source] = -Infinity;
    this.hops[source] = 0;
    /** @type {number[]} when something happens */
    this.times = [];
    /** @type {Record<Counter, number[]>} after each of the times */
    this.sums = { reached: [], messages: [], duplicates: [], others: [], improved: [], lost: [], hits: [] };
    this.count();
    this.mark();
    this.end = this.times.at(-1) ?? 0;
  }

  /** Counts event by event, as the engine does. */
  count() {
    const { events } = this, now = Object.fromEntries(COUNTERS.map((c) => [c, 0]));
    const keep = (/** @type {number} */ time) => {
      this.times.push(time);
      for (const c of COUNTERS) this.sums[c].push(now[c]);
    };
    for (let i = 0; i < events.time_ms.length; i++) {
      this.take(i, now);
      const next = events.time_ms[i + 1];
      if (next !== events.time_ms[i]) keep(events.time_ms[i]);
    }
  }

  /**
   * @param {number} i
   * @param {Record<string, number>} now
   */
  take(i, now) {
    const { events } = this, type = events.types[events.type[i]], word = events.verdicts[events.verdict[i]];
    const asks = type === 'Query' || type === 'Walker', to = events.to[i];
    if (type === 'Bye') return; // of who leaves
    if (word === 'sent') now[asks ? 'messages' : 'others']++;
    else if (word === 'lost') now.lost++;
    else if (word === 'hit') {
      now.hits++;
      if (this.flights.straights.has(i)) now.others++;
    } else if (asks && events.from[i] !== to) {
      // Duplicates are the copies that came, but for the first at each servent.
      if (word === 'delivered' && this.reachedAt[to] === Infinity) {
        this.reachedAt[to] = events.time_ms[i];
        this.hops[to] = events.hops[i] + 1;
        now.reached++;
      } else now.duplicates++;
      if (word === 'improved') this.improve(i, now);
    }
  }

  /**
   * @param {number} i
   * @param {Record<string, number>} now
   */
  improve(i, now) {
    const { events } = this, to = events.to[i], better = { time: events.time_ms[i], hop: events.hops[i] + 1 };
    now.improved++;
    if (to === this.source) return;
    const before = this.improved.get(to);
    if (before) before.push(better);
    else this.improved.set(to, [better]);
  }

  /** Notes when links were first crossed, and first by a hit. */
  mark() {
    const { flights } = this, { types, type } = this.events;
    for (let f = 0; f < flights.count; f++) {
      const k = flights.link[f];
      if (k < 0) continue;
      const kind = types[type[flights.event[f]]];
      if (kind === 'QueryHit') this.reverseAt[k] = Math.min(this.reverseAt[k], flights.depart[f]);
      else if (kind !== 'Bye') this.usedAt[k] = Math.min(this.usedAt[k], flights.depart[f]);
    }
  }

  /** @param {number} t @returns {Record<Counter, number>} */
  counters(t) {
    const at = before(this.times, t);
    return /** @type {Record<Counter, number>} */ (Object.fromEntries(COUNTERS.map((c) => [c, at < 0 ? 0 : this.sums[c][at]])));
  }

  /**
   * The hop of a node, -1 where it is not reached.
   * @param {number} i
   * @param {number} t
   */
  hop(i, t) {
    if (this.reachedAt[i] > t) return -1;
    const better = this.improved.get(i)?.findLast((b) => b.time <= t);
    return better ? better.hop : this.hops[i];
  }

  /**
   * How a link looks.
   * @param {number} k
   * @param {number} t
   */
  link(k, t) { return this.reverseAt[k] <= t ? 'reverse' : this.usedAt[k] <= t ? 'used' : ''; }

  /**
   * How many nodes are at each hop.
   * @param {number} t
   * @returns {number[]} the first is of hop 1
   */
  levels(t) {
    /** @type {number[]} */
    const levels = [];
    for (let i = 0; i < this.hops.length; i++) {
      const hop = this.hop(i, t);
      if (hop > 0) levels[hop - 1] = (levels[hop - 1] ?? 0) + 1;
    }
    return Array.from(levels, (n) => n ?? 0);
  }
}

/** One to three searches in lockstep. */
export class Playback {
  /** @param {any} run an api.LabRun, or one read from a trace */
  constructor(run) {
    this.run = run;
    this.synchronous = Boolean(run.synchronous);
    /** @type {Track[]} */
    this.tracks = run.searches.map((/** @type {any} */ s) => new Track(s.events ?? eventsOf(s.reached, run.source), run.graph, run.source));
    this.end = Math.max(0, ...this.tracks.map((track) => track.end));
    const units = this.tracks.filter((track) => track.flights.count).map((track) => track.flights.unit);
    /** How long a hop takes, in ms of the lab. */
    this.unit = this.synchronous || !units.length ? 1 : units.reduce((sum, u) => sum + u, 0) / units.length;
  }

  /** When the next thing happens, a whole hop where links are equal. @param {number} t */
  next(t) {
    if (this.synchronous) return Math.min(Math.ceil(this.end), Math.floor(t + NEAR) + 1);
    return this.tracks.reduce((first, { times }) => Math.min(first, times[before(times, t) + 1] ?? Infinity, this.end), Infinity);
  }

  /** When the last thing before happened. @param {number} t */
  previous(t) {
    if (this.synchronous) return Math.max(0, Math.ceil(t - NEAR) - 1);
    return this.tracks.reduce((last, { times }) => {
      const at = before(times, t);
      return Math.max(last, (times[at] === t ? times[at - 1] : times[at]) ?? 0);
    }, 0);
  }

  /**
   * Whether a node is away: killed before, and not back.
   * @param {number} i
   * @param {number} t
   */
  away(i, t) {
    let away = false;
    for (const action of this.run.actions ?? []) if (action.node === i && action.at_ms <= t) away = action.do !== 'join';
    return away;
  }
}

const NEAR = 1e-9;

/**
 * The last of sorted times that is not after t, or -1.
 * @param {ArrayLike<number>} times
 * @param {number} t
 */
export function before(times, t) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Of a search that is too large for its events, the arrivals alone: a hop takes 1 ms.
 * @param {number[]} reached the hop of each node
 * @param {number} source
 * @returns {Columns}
 */
export function eventsOf(reached, source) {
  const order = reached.map((_, i) => i).filter((i) => reached[i] > 0).sort((a, b) => reached[a] - reached[b]);
  const zeros = order.map(() => 0);
  return {
    time_ms: order.map((i) => reached[i]), from: order.map(() => source), to: order, type: zeros, guid: zeros, ttl: zeros,
    hops: order.map((i) => reached[i] - 1), verdict: zeros, types: ['Query'], guids: [''], verdicts: ['delivered'],
  };
}
