// What is fetched and what is sent, as the servent tells of it; followed from the first
// look at it on, so that its rates are known and its ends are told on every tab.

import { t } from './words.js';
import { events } from './events.js';
import { announce } from './announce.js';
import { plain } from './names.js';
import { Rates } from './rates.js';
import { downRate, moves, sum } from './downloadstates.js';

/** @import {Batch, Download, DownloadState, Transfer} from './types.js' */

const endedKept = 20;

/** @type {{ready: boolean, downloads: Download[], batches: Batch[], uploads: Transfer[], ended: Transfer[]}} */
export const transfers = { ready: false, downloads: [], batches: [], uploads: [], ended: [] };

/** By "down:" and the number of a download, by "up:" and that of an upload, and in all by "down" and "up". @type {Rates<string>} */
export const rates = new Rates();

/** @type {Set<() => void>} */
const listeners = new Set();
let following = false;

/** Tells of changes until the returned function is called. @param {() => void} tell @returns {() => void} */
export function onTransfers(tell) {
  listeners.add(tell);
  if (!following) events(['downloads', 'status'], hear);
  following = true;
  return () => listeners.delete(tell);
}

/** Takes in what a call answered, before the servent tells of it. @param {Download[]} changed */
export function learnDownloads(changed) {
  const byID = new Map(changed.map((one) => [one.id, one]));
  const known = transfers.downloads.map((one) => byID.get(one.id) ?? one);
  const added = changed.filter((one) => one.id > 0 && !transfers.downloads.some((known) => known.id === one.id));
  take([...known, ...added].filter((one) => one.state !== 'cancelled'));
  for (const tell of listeners) tell();
}

/** @param {any} event */
function hear(event) {
  if (event.type === 'downloads') {
    take(event.downloads);
    transfers.batches = event.batches ?? [];
  } else if (event.type === 'status' || event.type === 'hello') takeUploads(event.status.transfers);
  else return;
  if (event.type === 'status') noteRates();
  for (const tell of listeners) tell();
}

/** @param {Download[]} downloads */
function take(downloads) {
  const before = new Map(transfers.downloads.map((one) => [one.id, one.state]));
  for (const one of downloads) {
    const was = before.get(one.id);
    if (was !== undefined && was !== one.state) tellEnd(one);
  }
  transfers.downloads = downloads;
  transfers.ready = true;
}

/** @param {Download} download */
function tellEnd({ name, state, root }) {
  if (state === 'done' || state === 'failed') announce(t(`downloads.said.${state}`, { name: plain(name || root, 60) }));
}

/** @param {Transfer[]} all */
function takeUploads(all) {
  const uploads = all.filter((one) => one.direction === 'up' && one.root !== '');
  const there = new Set(uploads.map((one) => one.id));
  const gone = transfers.uploads.filter((one) => !there.has(one.id) && one.bytes > 0);
  transfers.ended = [...gone.reverse(), ...transfers.ended].slice(0, endedKept);
  transfers.uploads = uploads;
}

function noteRates() {
  const { downloads, batches, uploads } = transfers;
  /** @type {[string, number][]} */
  const now = [];
  for (const one of downloads.filter(moves)) now.push([`down:${one.id}`, one.rate]);
  for (const one of uploads) now.push([`up:${one.id}`, one.rate]);
  now.push(['down', downRate(downloads, batches)], ['up', sum(uploads)]);
  rates.note(now);
}
