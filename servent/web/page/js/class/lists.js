// The tables of the class: its searches, its servents, one servent.

import { h, fill } from '../dom.js';
import { duration, number, time } from '../format.js';
import { shown } from '../names.js';
import { language, t } from '../words.js';

/** @typedef {import('./searches.js').ClassSearch} ClassSearch */
/** @typedef {{peer: string, name: string, self: boolean, tracing: boolean, links: number, silent_ms: number, lost: number}} OverlayNode */

/**
 * What each search came to, the latest first; a button plays it.
 * @param {HTMLElement} body
 * @param {ClassSearch[]} searches
 * @param {{name: (peer: string) => string, current: ClassSearch | null, play: (s: ClassSearch) => void}} about
 */
export function listSearches(body, searches, { name, current, play }) {
  const focused = body.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.guid : '';
  fill(body, searches.map((s) => h('tr', { 'aria-current': s === current ? 'true' : null },
    h('td', { class: 'figure', 'data-label': t('class.searches.n') }, number(s.number)),
    h('th', { scope: 'row', 'data-label': t('class.searches.who') }, shown(name(s.source), 40)),
    h('td', { 'data-label': t('class.searches.words') }, s.words ? shown(s.words, 60) : h('span', { class: 'faint' }, t('class.searches.untold'))),
    h('td', { 'data-label': t('class.searches.when') }, time(s.began)),
    h('td', { class: 'figure', 'data-label': 'TTL' }, number(s.ttl)),
    h('td', { class: 'figure', 'data-label': t('class.searches.reached') }, t('class.searches.of', { n: number(s.reached.size), of: number(s.among) })),
    h('td', { class: 'figure', 'data-label': t('class.searches.messages') }, number(s.messages)),
    h('td', { class: 'figure', 'data-label': t('class.searches.duplicates') }, number(s.duplicates)),
    h('td', { class: 'figure', 'data-label': t('class.searches.hits') }, number(s.hits)),
    h('td', { class: 'figure', 'data-label': t('class.searches.took') }, duration(Math.max(0, s.ended - s.began) / 1000)),
    h('td', {}, h('button', { type: 'button', class: 'button plain small', 'data-guid': s.guid,
      'aria-label': t('class.replay.of', { n: s.number }), click: () => play(s) }, t('class.replay'))))));
  if (focused) /** @type {HTMLElement | null} */ (body.querySelector(`[data-guid="${CSS.escape(focused)}"]`))?.focus();
}

/** @returns {{table: HTMLElement, body: HTMLElement}} */
export function searchTable() {
  const body = h('tbody');
  const head = ['n', 'who', 'words', 'when', 'ttl', 'reached', 'messages', 'duplicates', 'hits', 'took'];
  const figures = new Set(['n', 'ttl', 'reached', 'messages', 'duplicates', 'hits', 'took']);
  return { body, table: h('table', { class: 'cards class-searches' }, h('caption', { class: 'unseen' }, t('class.searches')),
    h('thead', {}, h('tr', {}, head.map((key) => h('th', { scope: 'col', class: figures.has(key) ? 'figure' : null }, key === 'ttl' ? 'TTL' : t(`class.searches.${key}`))),
      h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t('class.replay'))))), body) };
}

/**
 * @param {HTMLElement} place
 * @param {OverlayNode[]} nodes
 * @param {{name: (peer: string) => string, pick: (peer: string) => void}} about
 */
export function listServents(place, nodes, { name, pick }) {
  const order = new Intl.Collator(language, { numeric: true });
  nodes = [...nodes].sort((a, b) => Number(b.self) - Number(a.self) || order.compare(name(a.peer), name(b.peer)));
  const focused = place.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.peer : '';
  fill(place, h('table', {}, h('caption', { class: 'unseen' }, t('class.servents')),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('class.servents.name')), h('th', { scope: 'col', class: 'figure' }, t('class.servents.links')))),
    h('tbody', {}, nodes.map((node) => h('tr', {},
      h('th', { scope: 'row' }, h('div', { class: 'chips' },
        h('button', { type: 'button', class: 'button quiet small class-who', 'data-peer': node.peer, click: () => pick(node.peer) }, shown(name(node.peer), 40)),
        node.self && h('span', { class: 'badge' }, t('class.self')), !node.tracing && h('span', { class: 'badge warn' }, t('class.untraced')))),
      h('td', { class: 'figure' }, number(node.links)))))));
  if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-peer="${CSS.escape(focused)}"]`))?.focus();
}

/**
 * One servent: whom it is linked with, and what it did in the search that is shown.
 * @param {HTMLElement} place
 * @param {string} peer
 * @param {OverlayNode | undefined} node
 * @param {string[]} neighbours
 * @param {ClassSearch | null} search
 * @param {(peer: string) => string} name
 */
export function showServent(place, peer, node, neighbours, search, name) {
  const did = search?.events.filter((e) => e.by === peer) ?? [];
  const count = (/** @type {(e: import('./searches.js').TracedEvent) => boolean} */ which) => number(did.filter(which).length);
  const fact = (/** @type {string} */ key, /** @type {any} */ value) => [h('dt', {}, t(`class.servent.${key}`)), h('dd', {}, value)];
  place.hidden = false;
  fill(place, h('h2', {}, shown(name(peer), 60)),
    h('dl', { class: 'facts' }, fact('peer', h('code', {}, peer)),
      fact('state', node ? (node.tracing ? t('class.servent.heard') : t('class.untraced')) : t('class.gone')),
      fact('neighbours', neighbours.length > 0 ? neighbours.map((n, i) => [i > 0 && ', ', shown(name(n), 30)]).flat() : '–'),
      search && did.length > 0 ? [...fact('hop', search.source === peer ? t('class.servent.asks') : number(search.reached.get(peer) ?? 0)),
        ...fact('sent', count((e) => e.kind === 'Query' && e.verdict === 'sent')), ...fact('duplicates', count((e) => e.verdict === 'duplicate')),
        ...fact('hits', count((e) => e.kind === 'QueryHit' && e.verdict === 'sent'))] : null));
}
