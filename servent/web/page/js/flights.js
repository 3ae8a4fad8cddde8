// Which message left when and arrived when: pairs of events become flights.

/** Kinds of messages, by their type in a trace. @type {Record<string, string>} */
export const KIND = { Query: 'query', QueryHit: 'hit', Push: 'push', Walker: 'walker', Ping: 'ping', Pong: 'pong', Bye: 'bye' };

const BLOCK = 128;
const FATES = /** @type {const} */ (['', 'duplicate', 'lost', 'dropped']);

/**
 * Events as columns, see api.LabEvents.
 * @typedef {{time_ms: number[], from: number[], to: number[], type: number[], guid: number[], ttl: number[], hops: number[],
 *   verdict: number[], types: string[], guids: string[], verdicts: string[]}} Columns
 */

/** All flights of a search, in the order in which they leave. */
export class Flights {
  /**
   * @param {Columns} events
   * @param {number} nodes
   * @param {Map<number, number>} links by both ends, see linkKey
   */
  constructor(events, nodes, links) {
    const most = events.time_ms.length;
    this.events = events;
    this.nodes = nodes;
    this.links = links;
    this.count = 0;
    this.event = new Int32Array(most); // that it left with
    this.link = new Int32Array(most); // -1: it goes straight
    this.depart = new Float64Array(most);
    this.arrive = new Float64Array(most).fill(NaN);
    this.fate = new Uint8Array(most); // in FATES
    this.later = new Int32Array(most).fill(-1); // another that waits under the same key
    this.latency = new Float64Array(links.size).fill(NaN);
    this.kinds = events.types.map((type) => KIND[type] ?? 'pong');
    this.pair();
    this.unit = this.mean();
    this.land();
    this.bound();
  }

  /** Finds where each flight ends. */
  pair() {
    const { time_ms, verdict, verdicts, types, type } = this.events;
    /** @type {Map<number, number>} */
    const waiting = new Map();
    for (let i = 0; i < time_ms.length; i++) {
      const word = verdicts[verdict[i]];
      if (word === 'sent') {
        if (RELAYED.has(types[type[i]])) this.relay(waiting, i);
        this.leave(waiting, i);
        continue;
      }
      const f = word === 'lost' ? this.lost(waiting, i) : this.take(waiting, this.key(i, false));
      if (f >= 0) this.end(f, time_ms[i], word);
      else if (word === 'hit') this.straight(i);
    }
  }

  /**
   * What waits for event i: by its link, or by whom it comes to.
   * @param {number} i
   * @param {boolean} onward
   */
  key(i, onward) {
    const { from, to, type, guid, types, guids } = this.events;
    const place = onward ? this.nodes * this.nodes + from[i] : from[i] * this.nodes + to[i];
    return (place * types.length + type[i]) * guids.length + guid[i];
  }

  /**
   * @param {Map<number, number>} waiting
   * @param {number} i
   */
  leave(waiting, i) {
    const { from, to, time_ms } = this.events, f = this.count++;
    this.event[f] = i;
    this.link[f] = this.links.get(linkKey(from[i], to[i], this.nodes)) ?? -1;
    this.depart[f] = time_ms[i];
    const key = this.key(i, false), first = waiting.get(key);
    if (first === undefined) waiting.set(key, f);
    else this.later[this.last(first)] = f;
    if (!RELAYED.has(this.events.types[this.events.type[i]])) return;
    // Under whom it comes to as well: a relay tells of no arrival, only that it goes on.
    const { nodes, events } = this, at = ((nodes * nodes + to[i]) * events.types.length + events.type[i]) * events.guids.length + events.guid[i];
    const others = this.relays.get(at);
    if (others) others.push(f);
    else this.relays.set(at, [f]);
  }

  /** @type {Map<number, number[]>} */
  relays = new Map();

  /** @type {Set<number>} events of answers that crossed no link */
  straights = new Set();

  /** @param {number} f */
  last(f) {
    while (this.later[f] >= 0) f = this.later[f];
    return f;
  }

  /**
   * The flight that waits longest under a key, or -1.
   * @param {Map<number, number>} waiting
   * @param {number} key
   */
  take(waiting, key) {
    let f = waiting.get(key) ?? -1;
    while (f >= 0 && !Number.isNaN(this.arrive[f])) f = this.later[f];
    if (f < 0 || this.later[f] < 0) waiting.delete(key);
    else waiting.set(key, this.later[f]);
    return f;
  }

  /**
   * The one lost is the one sent last.
   * @param {Map<number, number>} waiting
   * @param {number} i
   */
  lost(waiting, i) {
    const f = waiting.get(this.key(i, false));
    if (f === undefined) return -1;
    const last = this.last(f);
    return Number.isNaN(this.arrive[last]) ? last : this.take(waiting, this.key(i, false));
  }

  /**
   * Event i passes a message on: the one it comes of has arrived now. Of several,
   * it is the one that was due.
   * @param {Map<number, number>} waiting
   * @param {number} i
   */
  relay(waiting, i) {
    const { hops, time_ms } = this.events;
    const coming = this.relays.get(this.key(i, true));
    if (!coming || hops[i] === 0) return;
    let best = -1, least = Infinity;
    coming.forEach((f, place) => {
      if (hops[this.event[f]] !== hops[i] - 1 || !Number.isNaN(this.arrive[f])) return;
      const due = this.depart[f] + (this.latency[this.link[f]] || 0), off = Math.abs(due - time_ms[i]);
      if (off < least) [best, least] = [place, off];
    });
    if (best < 0) return;
    this.end(coming[best], time_ms[i], '');
    coming.splice(best, 1);
  }

  /**
   * @param {number} f
   * @param {number} at
   * @param {string} word its verdict
   */
  end(f, at, word) {
    this.arrive[f] = at;
    this.fate[f] = FATE[word] ?? (word === '' ? 0 : 3);
    if (word !== 'lost' && this.link[f] >= 0) this.latency[this.link[f]] = at - this.depart[f];
  }

  /** The answer of a walker takes no time; it is shown for as long as a hop. @param {number} i */
  straight(i) {
    this.straights.add(i);
    const f = this.count++;
    this.event[f] = i;
    this.link[f] = -1;
    this.depart[f] = this.events.time_ms[i];
  }

  /** How long a flight takes, in the mean. */
  mean() {
    let sum = 0, count = 0;
    for (let f = 0; f < this.count; f++) {
      if (!(this.arrive[f] > this.depart[f])) continue;
      sum += this.arrive[f] - this.depart[f];
      count++;
    }
    return count ? sum / count : 1;
  }

  /** Lets arrive what nobody told of, and has those that were lost at once fly for a while. */
  land() {
    for (let f = 0; f < this.count; f++) {
      const usual = this.latency[this.link[f]] || this.unit;
      if (Number.isNaN(this.arrive[f]) || this.fate[f] === 2) this.arrive[f] = Math.max(this.arrive[f] || 0, this.depart[f] + usual);
    }
  }

  /** Notes for each block of flights when the last of them has ended. */
  bound() {
    this.ends = new Float64Array(Math.ceil(this.count / BLOCK));
    for (let f = 0; f < this.count; f++) {
      const b = Math.floor(f / BLOCK);
      this.ends[b] = Math.max(this.ends[b], this.arrive[f] + (this.fate[f] ? this.unit / 2 : 0));
    }
  }

  /**
   * The flights under way at a time, and what is left of those that died just before.
   * @param {number} t
   * @param {number} most
   * @returns {import('./shapes.js').Flight[]}
   */
  at(t, most) {
    const flights = [], { from, to, type } = this.events, ends = /** @type {Float64Array} */ (this.ends);
    for (let b = 0; b < ends.length && this.depart[b * BLOCK] <= t; b++) {
      if (ends[b] < t) continue;
      for (let f = b * BLOCK; f < Math.min((b + 1) * BLOCK, this.count) && this.depart[f] <= t; f++) {
        const progress = this.progress(f, t);
        if (progress < 0 || flights.length >= most) continue;
        const i = this.event[f];
        flights.push({ from: from[i], to: to[i], kind: this.kinds[type[i]], fate: FATES[this.fate[f]], progress });
      }
    }
    return flights;
  }

  /**
   * How far a flight is, or -1.
   * @param {number} f
   * @param {number} t
   */
  progress(f, t) {
    const length = this.arrive[f] - this.depart[f];
    if (t < this.arrive[f]) return length > 0 ? (t - this.depart[f]) / length : 0;
    if (!this.fate[f]) return -1;
    const after = 1 + (t - this.arrive[f]) / this.unit;
    return after < 1.5 ? after : -1;
  }
}

/** Those that go back by a way that relays remember. */
const RELAYED = new Set(['QueryHit', 'Push', 'Pong']);

/** @type {Record<string, number>} in FATES; any other verdict is a reason to drop */
const FATE = { delivered: 0, hit: 0, improved: 0, duplicate: 1, lost: 2 };

/**
 * One number for both ends of a link.
 * @param {number} a
 * @param {number} b
 * @param {number} nodes
 */
export function linkKey(a, b, nodes) { return Math.min(a, b) * nodes + Math.max(a, b); }

/**
 * Each link by its key.
 * @param {ArrayLike<number>} edges [a, b, a, b, …]
 * @param {number} nodes
 */
export function linkMap(edges, nodes) {
  /** @type {Map<number, number>} */
  const links = new Map();
  for (let k = 0; k < edges.length; k += 2) {
    const key = linkKey(edges[k], edges[k + 1], nodes);
    if (!links.has(key)) links.set(key, k / 2);
  }
  return links;
}
