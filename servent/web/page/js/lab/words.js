// How the lab says numbers, times and what has come of a search.

import { decimal, number, percent } from '../format.js';
import { visible } from '../visible.js';
import { t } from '../words.js';

/** @typedef {import('../playback.js').Playback} Playback */

/**
 * Where a search is: its hop, or its time.
 * @param {Playback} playback
 * @param {number} time
 */
export function clock(playback, time) {
  if (playback.synchronous) return t('lab.clock.hop', { hop: number(Math.floor(time + 1e-9)), of: number(Math.ceil(playback.end)) });
  return t('lab.clock.time', { time: decimal(time, 1), of: decimal(playback.end, 1) });
}

/**
 * What each search has come to, as a sentence each.
 * @param {Playback} playback
 * @param {number} time
 */
export function account(playback, time) {
  const all = playback.tracks.map((track, k) => {
    const c = track.counters(time), others = playback.run.graph.nodes - 1;
    const reached = t('lab.said.reached', { n: c.reached, of: number(others), share: percent(others > 0 ? c.reached / others : 0) });
    const parts = [reached];
    // Where there are no events, only arrivals are known.
    if (playback.run.searches[k].events) {
      parts.push(t('lab.said.messages', { n: c.messages }), t('lab.said.duplicates', { n: c.duplicates }), t('lab.said.hits', { n: c.hits }));
    }
    const text = parts.join(', ');
    return playback.tracks.length > 1 ? `${playback.run.searches[k].strategy}: ${text}` : text;
  });
  return `${clock(playback, time)}. ${all.join('. ')}.`;
}

/** What a servent is called, as it can be seen. @param {any} run @param {number} i */
export function serventName(run, i) { return visible(run.graph.labels?.[i] ?? String(i)); }

/**
 * Who a servent is, and where each search has it.
 * @param {Playback} playback
 * @param {number} i
 * @param {number} time
 */
export function whereabouts(playback, i, time) {
  const hops = playback.tracks.map((track) => {
    const hop = track.hop(i, time);
    return hop < 0 ? t('lab.node.unreached') : hop === 0 ? t('lab.node.source') : t('lab.node.hop', { hop: number(hop) });
  });
  return `${t('lab.node.title', { name: serventName(playback.run, i) })}: ${hops.join(', ')}`;
}
