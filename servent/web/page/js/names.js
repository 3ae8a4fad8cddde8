// What others named: files, tags, servents. A name is shown as it is, but for what
// does not show, moves or turns other text: that is spelt out.

import { h } from './dom.js';
import { hidden, spell } from './visible.js';

/** More marks on one letter than any language writes. */
const heap = /(\p{M}{6})\p{M}+/gu;

/** Cuts a name in the middle, where names differ least. @param {string} name @param {number} most characters */
export function cut(name, most) {
  if (name.length <= most) return name;
  const letters = [...name.slice(0, most + 1), ...name.slice(-most)];
  const head = Math.ceil((most - 1) * 0.6);
  return `${letters.slice(0, head).join('')}…${letters.slice(head - most + 1).join('')}`;
}

/**
 * A name as text, for titles, labels and what is read aloud.
 * @param {string} name @param {number} [most] characters that are kept
 */
export function plain(name, most = 120) {
  return cut(name, most).replace(heap, '$1').replace(hidden, spell);
}

/**
 * A name as an element, apart from the direction of the text around it. One that is
 * longer than most is cut in the middle; its title has more of it.
 * @param {string} name @param {number} [most] characters that are shown
 * @returns {HTMLElement}
 */
export function shown(name, most = 160) {
  const short = cut(name, most).replace(heap, '$1');
  const parts = [];
  let from = 0;
  for (const found of short.matchAll(hidden)) {
    parts.push(short.slice(from, found.index), h('span', { class: 'mark' }, spell(found[0])));
    from = found.index + found[0].length;
  }
  return h('bdi', { class: 'name', title: name.length > most ? plain(name, 1000) : null }, parts, short.slice(from));
}
