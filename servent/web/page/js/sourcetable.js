// The sources of a download, and what each gives.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { said } from './said.js';
import { rate, size } from './format.js';
import { shown } from './names.js';
import { byWorth } from './downloadstates.js';

/** @import {DownloadSource} from './types.js' */

const shownMost = 50;
/** @type {Record<string, string>} */
const look = { answers: 'good', silent: 'warn', lost: 'warn', banned: 'bad' };

/** Makes a table of sources. */
export function sourceTable() {
  const body = h('tbody');
  const head = ['peer', 'state', 'received', 'rate'].map((name) => h('th', { scope: 'col', class: name === 'received' || name === 'rate' ? 'figure' : null }, t(`downloads.source.${name}`)));
  const table = h('table', { class: 'cards sources' }, h('caption', { class: 'unseen' }, t('downloads.source.caption')), h('thead', {}, h('tr', {}, head)), body);
  const none = h('p', { class: 'small faint' }, t('downloads.source.none'));
  const more = h('p', { class: 'small faint' });
  const element = h('div', {}, table, none, more);
  let told = '';
  /** @param {DownloadSource[]} sources @param {boolean} rests */
  const update = (sources, rests) => {
    const now = JSON.stringify([sources, rests]);
    if (now === told) return;
    told = now;
    table.hidden = sources.length === 0;
    none.hidden = sources.length > 0;
    more.hidden = sources.length <= shownMost;
    if (!more.hidden) fill(more, t('downloads.source.more', { n: sources.length - shownMost }));
    fill(body, byWorth(sources).slice(0, shownMost).map((one) => sourceRow(one, rests)));
  };
  return { element, update };
}

/** @param {DownloadSource} source @param {boolean} rests */
function sourceRow({ peer, state, received, rate: speed, reason, sentence, partial, hops }, rests) {
  const cell = (/** @type {string} */ name, /** @type {string} */ text) => h('td', { class: 'figure', 'data-label': t(`downloads.source.${name}`) }, text);
  return h('tr', {},
    h('th', { scope: 'row' }, h('span', { class: 'mono' }, shown(peer, 24)), ' ',
      partial && h('span', { class: 'badge' }, t('downloads.source.partial')), ' ',
      hops > 0 && h('span', { class: 'small faint' }, t('downloads.source.hops', { n: hops }))),
    h('td', { 'data-label': t('downloads.source.state') },
      h('span', { class: `badge ${look[state] ?? ''}` }, t(`downloads.source.state.${rests && state === 'known' ? 'rests' : state}`)),
      reason && h('span', { class: 'small' }, ' ', said(reason, sentence))),
    cell('received', size(received)), cell('rate', speed > 0 ? rate(speed) : '–'));
}
