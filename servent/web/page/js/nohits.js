// What is said of a search that found nothing: how far it went, and what to try.

import { h } from './dom.js';
import { t } from './words.js';
import { duration, list } from './format.js';

/** @import {Search} from './searches.js' */
/** @import {Summary} from './types.js' */

const furthest = 7; // TTL
/** A sum of counts from here on is a lower bound, as servents count their matches no further. */
const counted = 1000;

/**
 * How far a search went, in a sentence.
 * @param {Summary} summary @param {number | null} within servents that are known within reach
 */
export function howFar(summary, within) {
  const asked = [t('search.asked', { n: summary.links }), summary.queries > 1 ? t('search.queries', { n: summary.queries, ttl: summary.ttl }) : t('search.ttl.upto', { n: summary.ttl }),
    t('search.took', { time: duration(summary.elapsed_ms / 1000) })];
  if (summary.reached !== undefined) asked.push(t('search.reached', { n: summary.reached }));
  else if (within !== null && within > 0) asked.push(t('search.within', { n: within }));
  return list(asked);
}

/** What those who answered left out, or the reader has himself. @param {Summary} summary */
export function besides(summary) {
  const more = [];
  if (summary.filtered > 0) more.push(t('search.filtered', { n: summary.filtered }));
  if (summary.left_out > 0) more.push(t(summary.left_out >= counted ? 'search.leftout.least' : 'search.leftout', { n: summary.left_out }));
  if (summary.own > 0) more.push(t(summary.own >= counted ? 'search.own.least' : 'search.own', { n: summary.own }));
  return more;
}

/** Which advice is the best, as the command gives it. @param {Search} search @param {Summary} summary @returns {string[]} keys of texts */
export function advice(search, summary) {
  if (summary.links === 0) return ['search.try.links'];
  const tries = [];
  if (summary.filtered > 0) tries.push(summary.left_out > 0 ? 'search.try.more' : 'search.try.filters');
  if (search.options.strategy === 'ring' && search.options.seconds > 0 && summary.elapsed_ms >= search.options.seconds * 1000) tries.push('search.try.time');
  if (search.words.split(/[^\p{L}\p{N}:<>="]+/u).filter((word) => word !== '' && !word.includes(':')).length > 1) tries.push('search.try.fewer');
  if (summary.ttl < furthest) tries.push('search.try.further');
  tries.push('search.try.word');
  return tries;
}

/**
 * @param {Search} search @param {Summary} summary @param {number | null} within
 * @param {{further(): void, again(): void}} acts
 */
export function noHits(search, summary, within, acts) {
  const tries = advice(search, summary);
  return h('div', { class: 'empty' }, h('h2', {}, t(summary.links === 0 ? 'search.none.alone' : 'search.none')), summary.links > 0 && h('p', {}, t('search.went', { how: howFar(summary, within) })),
    besides(summary).map((text) => h('p', {}, text)),
    h('h3', { class: 'small-title' }, t('search.try')), h('ul', { class: 'tries' }, tries.map((key) => h('li', {}, t(key), key === 'search.try.links' && [' ', h('a', { href: '#network' }, t('tab.network'))]))),
    h('p', { class: 'row' },
      tries.includes('search.try.further') && h('button', { type: 'button', class: 'button', click: acts.further }, t('search.further', { n: furthest })),
      h('button', { type: 'button', class: 'button plain', click: acts.again }, t('search.again'))));
}
