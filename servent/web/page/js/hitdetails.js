// What a hit opens to: its names, root, URNs, magnet link and sources.

import { h } from './dom.js';
import { t } from './words.js';
import { shown } from './names.js';
import { bytes, number, size } from './format.js';
import { copyButton } from './copy.js';
import { magnet, urn } from './magnet.js';
import { signerBadge } from './hitrow.js';

/** @import {Hit, Source} from './types.js' */

/** Sources that are listed at once, and names. */
const most = 30;

/** @param {Hit} hit @param {string} id @returns {HTMLElement} */
export function hitDetails(hit, id) {
  return h('div', { id, class: 'details', role: 'region', 'aria-label': t('search.details') },
    h('dl', { class: 'facts' },
      fact(hit.names.length > 1 ? 'search.names' : 'search.name', h('ul', { class: 'plain' }, upTo(hit.names, (name) => h('li', {}, shown(name, 2000))))),
      hit.path !== '' && fact('search.folder', shown(hit.path, 1000)),
      hit.tags.length > 0 && fact('search.column.tags', h('span', { class: 'chips' }, hit.tags.map((tag) => h('span', { class: 'badge' }, shown(tag, 60))))),
      fact('search.column.size', `${size(hit.size)}${hit.size < 1024 ? '' : ` (${bytes(hit.size)})`}`),
      fact('search.column.signer', signerBadge(hit.signer), ' ', h('span', { class: 'faint small' }, hit.signer === null && t('search.unsigned.why'))),
      fact('search.root', copyable(hit.root, t('search.root'))),
      urn(hit) !== '' && fact('search.urn', copyable(urn(hit), t('search.urn'))),
      fact('search.magnet', copyable(magnet(hit), t('search.magnet')))),
    sources(hit.sources));
}

/** @param {string} key @param {...import('./dom.js').Child} what */
function fact(key, ...what) {
  return [h('dt', {}, t(key)), h('dd', {}, what)];
}

/** @param {string} text @param {string} label */
function copyable(text, label) {
  return h('span', { class: 'copyable' }, h('span', { class: 'mono' }, text), copyButton(text, label));
}

/** @template T @param {T[]} list @param {(item: T) => any} make */
function upTo(list, make) {
  const items = list.slice(0, most).map(make);
  if (list.length > most) items.push(h('li', { class: 'faint' }, t('search.andmore', { n: list.length - most })));
  return items;
}

/** @param {Source[]} list */
function sources(list) {
  const head = ['peer', 'addrs', 'hops', 'paths'].map((name) => h('th', { scope: 'col', class: name === 'hops' ? 'figure' : null }, t(`search.source.${name}`)));
  const body = h('tbody', {}, list.slice(0, most).map((source) => h('tr', {},
    h('th', { scope: 'row', class: 'mono' }, source.peer, source.partial && [' ', h('span', { class: 'badge warn' }, t('search.partial'))]),
    h('td', { class: 'mono', 'data-label': t('search.source.addrs') }, h('span', {}, source.addrs.slice(0, 6).map((addr) => h('div', {}, shown(addr, 200))))),
    h('td', { class: 'figure', 'data-label': t('search.source.hops') }, source.hops > 0 ? source.hops : '–'),
    h('td', { 'data-label': t('search.source.paths') }, h('span', {}, source.paths?.length ? source.paths.slice(0, 4).map((path) => h('div', {}, shown(path, 200))) : '–')))));
  return h('div', {}, h('h2', { class: 'small-title' }, t('search.sourcelist', { n: list.length })),
    h('div', { class: 'scroll' }, h('table', { class: 'cards' }, h('caption', { class: 'unseen' }, t('search.column.sources')), h('thead', {}, h('tr', {}, head)), body)),
    list.length > most && h('p', { class: 'faint' }, t('search.andmore', { n: number(list.length - most) })));
}
