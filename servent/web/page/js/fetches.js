// The downloads as the rows of hits show them: by root, with how far each is.

import { call } from './calls.js';
import { events } from './events.js';
import { saidText } from './said.js';

/** @import {Download, Hit} from './types.js' */

/** @typedef {{state: Download['state'] | 'starting', size: number, verified: number, rate: number, reason: string, at: number}} Fetch */

/** @type {Map<string, Fetch>} */
const fetches = new Map();
/** @type {Set<(root: string) => void>} */
const listeners = new Set();
let stop = () => {};

const settle = 0.3; // weight of the newest rate

/** Returns the download of a root, if there is one. @param {string} root */
export function fetchOf(root) {
  return fetches.get(root);
}

/** Tells of changes by root, as long as somebody listens. @param {(root: string) => void} listener @returns {() => void} */
export function onFetch(listener) {
  if (listeners.size === 0) stop = events(['download', 'transfer'], hear);
  listeners.add(listener);
  void refresh();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

async function refresh() {
  const list = await call('GET', '/api/downloads').catch(() => null);
  for (const download of list?.downloads ?? []) put(download);
}

/** @param {string} root */
function tell(root) {
  for (const listener of listeners) listener(root);
}

/** @param {Download} download */
function put({ root, state, size, verified, rate, reason = '', sentence }) {
  if (state === 'cancelled') fetches.delete(root);
  else fetches.set(root, { state, size, verified, rate, reason: saidText(reason, sentence), at: performance.now() });
  tell(root);
}

/** @param {any} event */
function hear(event) {
  if (event.type === 'hello' || event.type === 'lost') void refresh();
  else if (event.type === 'download') put(event.download);
  else if (event.type === 'transfer' && event.transfer.direction === 'down') progress(event.transfer);
}

/** @param {import('./types.js').Transfer} transfer */
function progress({ root, bytes, size }) {
  const known = fetches.get(root);
  if (!known || known.state === 'done') return;
  const now = performance.now();
  const seconds = (now - known.at) / 1000;
  const latest = seconds > 0 ? Math.max(0, bytes - known.verified) / seconds : known.rate;
  const rate = known.rate > 0 ? known.rate * (1 - settle) + latest * settle : latest;
  fetches.set(root, { ...known, size, verified: Math.max(bytes, known.verified), rate, at: now });
  tell(root);
}

/**
 * Begins to fetch a hit, from who offered it. Not by its SHA-1, which is what anybody
 * says who answers: the root proves the file.
 * @param {Hit} hit @returns {Promise<Download>}
 */
export async function fetchHit({ root, size, name, sources }) {
  const before = fetches.get(root);
  fetches.set(root, { state: 'starting', size, verified: before?.verified ?? 0, rate: 0, reason: '', at: performance.now() });
  tell(root);
  try {
    const download = await call('POST', '/api/downloads/start', { root, size, name, sources: sources.map(({ peer, addrs, hops }) => ({ peer, addrs, hops })) });
    if (fetches.get(root)?.state === 'starting') put(download);
    return download;
  } catch (error) {
    if (before) fetches.set(root, before);
    else fetches.delete(root);
    tell(root);
    throw error;
  }
}
