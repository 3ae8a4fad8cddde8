// The searches of this browser: under way, ended, and those of earlier visits.

import { stream } from './calls.js';
import { CallError, aborted } from './errors.js';
import { recall, remember } from './store.js';
import { entryOf } from './hits.js';

/** @import {Hit, Summary} from './types.js' */
/** @import {Entry} from './hits.js' */

/** @typedef {{strategy: 'flood' | 'ring', ttl: number, seconds: number}} Options the TTL 0 is the servent's own */

/** Searches that are kept, and hits of each over a reload. */
const most = 12, mostHits = 200, mostSources = 8, mostPaths = 2;
const second = 1e9; // in ns, as the API counts

/** One search. */
export class Search {
  /** @type {'running' | 'done' | 'stopped' | 'failed'} */
  state = 'running';
  /** @type {Summary | null} */
  summary = null;
  /** @type {unknown} */
  error = null;
  /** @type {Map<number, Entry>} hits by their numbers */
  hits = new Map();
  /** Hits there were, where not all were kept. */
  dropped = 0;
  /** Of an earlier visit. */
  kept = false;
  control = new AbortController();

  /** @param {number} id @param {string} words @param {Options} options @param {number} [begun] ms */
  constructor(id, words, options, begun = Date.now()) {
    this.id = id;
    this.words = words;
    this.options = options;
    this.begun = begun;
  }

  get entries() {
    return [...this.hits.values()];
  }

  async run() {
    try {
      this.summary = await stream('POST', '/api/search', this.request(), (hit) => this.put(hit), this.control.signal);
      this.state = 'done';
      if (this.summary === null) throw new CallError({ type: 'error', code: 'lost', message: '' });
    } catch (error) {
      this.state = aborted(error) ? 'stopped' : 'failed';
      if (!aborted(error)) this.error = error;
    }
    save();
    tell(this);
  }

  request() {
    const { strategy, ttl, seconds } = this.options;
    /** @type {import('./types.js').SearchRequest} */
    const request = { words: this.words, strategy };
    if (ttl > 0) request.ttl = ttl;
    if (seconds > 0) request.timeout = seconds * second;
    return request;
  }

  /** @param {Hit} hit */
  put(hit) {
    this.hits.set(hit.n, entryOf(hit));
    tell(this);
  }

  stop() {
    if (this.state === 'running') this.control.abort();
  }
}

/** @type {Search[]} the newest last */
const all = load();
/** @type {Set<(search: Search) => void>} */
const listeners = new Set();
let next = Math.max(0, ...all.map(({ id }) => id)) + 1;

/** All searches, the newest last. @returns {readonly Search[]} */
export function searches() {
  return all;
}

/** Tells of each change of a search. @param {(search: Search) => void} listener @returns {() => void} */
export function onSearch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {Search} search */
function tell(search) {
  for (const listener of listeners) listener(search);
}

/**
 * Begins a search; one for the same words makes way, and so does the oldest of too many.
 * @param {string} words @param {Options} options
 */
export function begin(words, options) {
  const before = all.find((search) => search.words === words);
  const search = new Search(next++, words, options);
  if (before) {
    before.stop();
    all[all.indexOf(before)] = search;
  } else {
    all.push(search);
    if (all.length > most) close(all.find(({ state }) => state !== 'running') ?? all[0]);
  }
  void search.run();
  save();
  return search;
}

/** Ends a search and forgets it. @param {Search} search */
export function close(search) {
  search.stop();
  const at = all.indexOf(search);
  if (at >= 0) all.splice(at, 1);
  save();
}

function save() {
  remember('searches', all.map((search) => ({
    id: search.id, words: search.words, options: search.options, begun: search.begun, summary: search.summary,
    dropped: Math.max(search.dropped, search.hits.size - mostHits),
    hits: search.entries.slice(0, mostHits).map(({ hit }) => ({
      ...hit, names: hit.names.slice(0, mostSources), sources: hit.sources.slice(0, mostSources).map((s) => ({ ...s, paths: s.paths?.slice(0, mostPaths) })),
    })),
  })));
}

/** Returns the searches of earlier visits; what is kept by the browser may be damaged. @returns {Search[]} */
function load() {
  const list = recall('searches', /** @type {any[]} */ ([]));
  if (!Array.isArray(list)) return [];
  return list.slice(-most).flatMap((kept) => {
    try {
      const search = new Search(kept.id, String(kept.words), kept.options, kept.begun);
      search.state = kept.summary ? 'done' : 'stopped';
      search.summary = kept.summary;
      search.dropped = kept.dropped;
      search.kept = true;
      for (const hit of kept.hits) search.hits.set(hit.n, entryOf(hit));
      return [search];
    } catch {
      return [];
    }
  });
}

/** Works out the kinds again, once they are known. */
export function refreshKinds() {
  for (const search of all) {
    for (const [n, { hit }] of search.hits) search.hits.set(n, entryOf(hit));
    tell(search);
  }
}
