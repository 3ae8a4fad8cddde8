// One row of the list of hits.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { icon } from './icons.js';
import { plain, shown } from './names.js';
import { bytes, percent, rate, size } from './format.js';
import { fetchOf } from './fetches.js';

/** @import {Entry, Column} from './hits.js' */

/** The columns in their order; those without a column to sort by have none. @type {{name: string, sort?: Column, figure?: boolean}[]} */
export const columns = [
  { name: 'name', sort: 'name' }, { name: 'size', sort: 'size', figure: true }, { name: 'type', sort: 'kind' }, { name: 'tags' },
  { name: 'sources', sort: 'sources', figure: true }, { name: 'hops', sort: 'hops', figure: true }, { name: 'signer', sort: 'signer' }, { name: 'download' },
];

/** What a kind of files is called. @param {Entry} entry */
export function typeOf({ kind, extension }) {
  if (kind === 'other') return extension === '' ? '–' : extension;
  return t('search.type', { kind: t(`kind.${kind}`), extension });
}

/** @param {Entry} entry */
function hopsOf({ hops }) {
  return hops === Infinity ? '–' : String(hops);
}

/** @param {string | null} signer @returns {HTMLElement} */
export function signerBadge(signer) {
  return signer === null ? h('span', { class: 'badge' }, t('search.unsigned')) : h('span', { class: 'badge good' }, shown(signer, 40));
}

/** What is said of a hit beside its name. @param {Entry} entry */
function described(entry) {
  const { hit } = entry;
  return [size(hit.size), typeOf(entry), t('search.sources', { n: entry.sources }), entry.hops === Infinity ? '' : t('search.hops', { n: entry.hops }),
    hit.signer === null ? t('search.unsigned') : '', hit.names.length > 1 ? t('search.morenames', { n: hit.names.length - 1 }) : ''].filter(Boolean).join(', ');
}

/** The line below the name: other names, the folder. @param {Entry} entry */
function beside({ hit }) {
  const others = hit.names.filter((name) => name !== hit.name);
  if (others.length > 0) return h('div', { class: 'beside', title: plain(others[0], 1000) }, t('search.also'), ' ', shown(others[0], 80), others.length > 1 && ` ${t('search.andmore', { n: others.length - 1 })}`);
  return hit.path === '' ? null : h('div', { class: 'beside', title: plain(hit.path, 1000) }, t('search.in'), ' ', shown(hit.path, 80));
}

/**
 * Builds the row of a hit. Its first button opens it, its second fetches it.
 * @param {Entry} entry @param {number} index place in the list, from 0
 * @param {{open: boolean, active: boolean, details: string}} look details is the id of what it opens
 * @returns {HTMLElement}
 */
export function hitRow(entry, index, { open, active, details }) {
  const { hit } = entry;
  const about = `about-${hit.n}`;
  return h('div', { role: 'row', class: open ? 'hit open' : 'hit', 'aria-rowindex': index + 2, 'data-key': entry.key },
    h('div', { role: 'gridcell', class: 'hit-name' },
      h('button', {
        type: 'button', class: 'opener', tabindex: active ? 0 : -1, 'aria-expanded': String(open), 'aria-controls': open ? details : null, 'aria-describedby': about,
      }, shown(hit.name, 200)), beside(entry), h('span', { id: about, hidden: true }, described(entry))),
    h('div', { role: 'gridcell', class: 'hit-size figure', title: bytes(hit.size) }, size(hit.size)),
    h('div', { role: 'gridcell', class: 'hit-type' }, typeOf(entry)),
    h('div', { role: 'gridcell', class: 'hit-tags', title: hit.tags.slice(0, 3).map((tag) => plain(tag)).join(', ') || null }, hit.tags.slice(0, 3).map((tag) => h('span', { class: 'badge' }, shown(tag, 24))), hit.tags.length > 3 && `+${hit.tags.length - 3}`),
    h('div', { role: 'gridcell', class: 'hit-sources figure', 'data-label': t('search.column.sources') }, entry.sources),
    h('div', { role: 'gridcell', class: 'hit-hops figure', 'data-label': t('search.column.hops') }, hopsOf(entry)),
    h('div', { role: 'gridcell', class: 'hit-signer' }, signerBadge(hit.signer)),
    paintAction(h('div', { role: 'gridcell', class: 'hit-action' }), entry, active));
}

/**
 * Shows how far the download of a hit is, or the button that begins it.
 * @param {HTMLElement} cell @param {Entry} entry @param {boolean} active
 */
export function paintAction(cell, { hit }, active) {
  const fetch = fetchOf(hit.root);
  const name = plain(hit.name, 80);
  const focused = cell.contains(document.activeElement);
  const button = (/** @type {string} */ key, /** @type {boolean} */ busy) => h('button', {
    type: 'button', class: 'button plain small fetch', tabindex: active ? 0 : -1, 'aria-label': t(`search.${key}.of`, { name }), 'aria-disabled': busy ? 'true' : null,
  }, icon('downloads'), t(`search.${key}`));
  switch (fetch?.state) {
    case undefined: fill(cell, button('download', false)); break;
    case 'starting': fill(cell, button('download', true)); break;
    case 'running': paintProgress(cell, fetch, name); break;
    case 'done': fill(cell, h('span', { class: 'badge good' }, t('search.verified'))); break;
    case 'failed': fill(cell, h('span', { class: 'badge bad', title: fetch.reason }, t('state.failed')), button('retry', false)); break;
    default: fill(cell, h('span', { class: fetch?.state === 'waiting' ? 'badge warn' : 'badge', title: fetch?.reason }, t(`state.${fetch?.state}`)));
  }
  if (focused && !cell.contains(document.activeElement)) /** @type {HTMLElement | null} */ (cell.closest('.hit')?.querySelector('.opener'))?.focus();
  return cell;
}

/** @param {HTMLElement} cell @param {import('./fetches.js').Fetch} fetch @param {string} name */
function paintProgress(cell, fetch, name) {
  const share = fetch.size > 0 ? fetch.verified / fetch.size : 0;
  let bar = cell.querySelector('.bar');
  if (!bar) {
    bar = h('span', { class: 'bar', role: 'progressbar', 'aria-label': t('search.progress', { name }), 'aria-valuemin': 0, 'aria-valuemax': 100 }, h('span'));
    fill(cell, bar, h('span', { class: 'small faint' }));
  }
  const whole = Math.floor(Math.min(1, share) * 100);
  bar?.setAttribute('aria-valuenow', String(whole));
  /** @type {HTMLElement} */ (bar?.firstElementChild).style.width = `${whole}%`;
  /** @type {HTMLElement} */ (cell.lastElementChild).textContent = fetch.rate > 0 ? `${percent(share)} · ${rate(fetch.rate)}` : percent(share);
}
