// Why messages were dropped, links ended and others were turned away, in words.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { number } from './format.js';

/** @import {Drop} from './types.js' */

/**
 * A reason in the reader's language; one that the catalogue has not, or that a
 * neighbour gave, as the servent says it.
 * @param {'drop' | 'end' | 'refused'} kind @param {string} reason
 */
export function reasonWords(kind, reason) {
  const key = `network.${kind}.${reason}`;
  const text = t(key);
  return text === key ? h('span', { lang: 'en' }, reason) : h('span', {}, text);
}

/** Makes a table of reasons. @param {'drop' | 'end' | 'refused'} kind */
export function reasonTable(kind) {
  const body = h('tbody');
  const none = h('p', { class: 'faint' }, t(`network.${kind}.none`));
  const table = h('table', { class: 'reasons' }, h('caption', { class: 'unseen' }, t(`network.${kind}.title`)),
    h('thead', { class: 'unseen' }, h('tr', {}, h('th', { scope: 'col' }, t('network.column.why')), h('th', { scope: 'col' }, t('network.column.count')))), body);
  let drawn = '';
  /** @param {Drop[]} drops */
  const show = (drops) => {
    const now = JSON.stringify(drops);
    if (now === drawn) return;
    drawn = now;
    none.hidden = drops.length > 0;
    table.hidden = drops.length === 0;
    fill(body, drops.map(({ reason, count }) => h('tr', {}, h('th', { scope: 'row' }, reasonWords(kind, reason)), h('td', { class: 'figure' }, number(count)))));
  };
  show([]);
  return { element: h('section', {}, h('h3', {}, t(`network.${kind}.title`)), none, table), show };
}
