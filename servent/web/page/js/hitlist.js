// The list of hits: a grid of which only the rows within sight, and some around them,
// are elements, so that 10,000 hits scroll and sort as ten do.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { columns, hitRow, paintAction } from './hitrow.js';
import { hitDetails } from './hitdetails.js';

/** @import {Entry, Choice} from './hits.js' */

/** Lists up to here are whole, so that the browser's own search finds all; of longer ones so many rows are kept beyond what is in sight. */
const whole = 150, margin = 12;

export class HitList {
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Map<string, number>} places by keys */
  #places = new Map();
  /** @type {Map<string, {row: HTMLElement, entry: Entry, index: number, look: string}>} */
  #rows = new Map();
  #active = ''; // key of the row that Tab leads to
  #opened = '';
  /** @type {{key: string, entry: Entry | null, element: HTMLElement, height: number} | null} */
  #details = null;
  #height = 0; // of a row, px
  #frame = 0;
  /** @type {{fetch(entry: Entry): void, magnet(entry: Entry): void, sort(column: import('./hits.js').Column): void, leave(): void}} */
  #acts;

  /** @param {HitList['acts']} acts */
  constructor(acts) {
    this.#acts = acts;
    this.heads = h('div', { role: 'row', class: 'hit-head', 'aria-rowindex': 1 });
    this.body = h('div', { role: 'rowgroup', class: 'hit-rows' });
    this.element = h('div', {
      role: 'grid', class: 'hits', tabindex: -1, 'aria-label': t('search.hits'), 'aria-colcount': columns.length, 'aria-rowcount': 1,
      click: (/** @type {MouseEvent} */ e) => this.#click(e), keydown: (/** @type {KeyboardEvent} */ e) => this.#key(e),
    }, h('div', { role: 'rowgroup' }, this.heads), this.body);
    this.onScroll = () => this.#plan();
    addEventListener('scroll', this.onScroll, { passive: true });
    addEventListener('resize', this.onScroll, { passive: true });
  }

  get acts() { return this.#acts; }

  close() {
    cancelAnimationFrame(this.#frame);
    removeEventListener('scroll', this.onScroll);
    removeEventListener('resize', this.onScroll);
  }

  /** Shows how it is sorted. @param {Choice} choice */
  sorted(choice) {
    fill(this.heads, columns.map(({ name, sort, figure }) => {
      const here = sort !== undefined && sort === choice.column;
      const label = t(`search.column.${name}`);
      return h('div', { role: 'columnheader', class: `hit-${name === 'download' ? 'action' : name}${figure ? ' figure' : ''}`, 'aria-sort': here ? (choice.descending ? 'descending' : 'ascending') : sort ? 'none' : null },
        sort ? h('button', { type: 'button', class: 'sorter', 'data-sort': sort }, label) : label);
    }));
  }

  /** Shows these, in this order. @param {Entry[]} entries */
  show(entries) {
    this.#entries = entries;
    this.#places = new Map(entries.map(({ key }, i) => [key, i]));
    if (!this.#places.has(this.#active)) this.#active = entries[0]?.key ?? '';
    if (!this.#places.has(this.#opened)) this.#opened = '';
    this.element.setAttribute('aria-rowcount', String(entries.length + 1));
    this.element.classList.toggle('tagless', !entries.some(({ hit }) => hit.tags.length > 0));
    this.#plan();
  }

  /** Shows anew what is told of the download of a root. @param {string} root */
  refetched(root) {
    for (const { row, entry } of this.#rows.values()) {
      if (entry.hit.root === root) paintAction(/** @type {HTMLElement} */ (row.querySelector('.hit-action')), entry, entry.key === this.#active);
    }
  }

  /** Moves the focus into the list. */
  focus() {
    this.#go(this.#places.get(this.#active) ?? 0);
  }

  #plan() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#render(); });
  }

  /** @returns {[number, number]} the places of the rows to have, the second one not included */
  #range() {
    const n = this.#entries.length;
    if (n <= whole) return [0, n];
    const top = -this.body.getBoundingClientRect().top;
    const opened = this.#places.get(this.#opened) ?? -1;
    const extra = this.#details?.height ?? 0;
    const above = opened >= 0 && top > (opened + 1) * this.#height ? Math.max((opened + 1) * this.#height, top - extra) : top;
    const first = Math.floor(above / this.#height) - margin;
    const last = Math.ceil((top + innerHeight) / this.#height) + margin;
    return [Math.max(0, Math.min(first, n - 1)), Math.max(1, Math.min(last, n))];
  }

  #render() {
    if (!this.element.isConnected) return;
    if (this.#height === 0 || this.#entries.length <= whole) this.#measure();
    const [from, to] = this.#range();
    /** @type {HTMLElement[]} */
    const wanted = [];
    const kept = new Map();
    for (let i = from; i < to; i++) {
      const entry = this.#entries[i];
      const known = this.#row(entry, i);
      kept.set(entry.key, known);
      wanted.push(known.row);
      if (entry.key === this.#opened) wanted.push(this.#open(entry));
    }
    this.#rows = kept;
    const opened = this.#places.get(this.#opened) ?? -1;
    const extra = this.#details && opened >= 0 ? (this.#details.height = this.#details.element.offsetHeight || this.#details.height) : 0;
    this.body.style.paddingTop = `${from * this.#height + (opened >= 0 && opened < from ? extra : 0)}px`;
    this.body.style.paddingBottom = `${(this.#entries.length - to) * this.#height + (opened >= to ? extra : 0)}px`;
    arrange(this.body, wanted, this.element);
  }

  /** @param {Entry} entry @param {number} index */
  #row(entry, index) {
    const open = entry.key === this.#opened, active = entry.key === this.#active;
    const look = `${open} ${active}`;
    const known = this.#rows.get(entry.key);
    if (known && known.entry === entry && known.look === look) {
      if (known.index !== index) known.row.setAttribute('aria-rowindex', String(index + 2));
      known.index = index;
      return known;
    }
    const row = hitRow(entry, index, { open, active, details: 'hit-details' });
    if (known) {
      const focused = known.row.contains(document.activeElement) ? document.activeElement?.className : null;
      known.row.replaceWith(row);
      if (focused) /** @type {HTMLElement | null} */ ([...row.querySelectorAll('button')].find((b) => b.className === focused) ?? row.querySelector('.opener'))?.focus({ preventScroll: true });
    }
    return { row, entry, index, look };
  }

  /** @param {Entry} entry */
  #open(entry) {
    if (this.#details?.key !== entry.key || this.#details.entry !== entry) {
      const element = h('div', { role: 'row', class: 'hit-open' }, h('div', { role: 'gridcell', 'aria-colspan': columns.length }, hitDetails(entry.hit, 'hit-details')));
      this.#details?.element.remove();
      this.#details = { key: entry.key, entry, element, height: 0 };
    }
    return this.#details.element;
  }

  /** Measures a row, which is as high as the type is large. */
  #measure() {
    const first = this.body.querySelector('.hit');
    if (first) {
      this.#height = first.offsetHeight;
    } else if (this.#entries.length > 0) {
      const probe = hitRow(this.#entries[0], 0, { open: false, active: false, details: '' });
      this.body.append(probe);
      this.#height = probe.offsetHeight;
      probe.remove();
    }
  }

  /** @param {EventTarget | null} target @returns {Entry | undefined} */
  #entryAt(target) {
    const row = target instanceof Element ? target.closest('.hit') : null;
    return row instanceof HTMLElement ? this.#entries[this.#places.get(row.dataset.key ?? '') ?? -1] : undefined;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const sorter = target.closest('.sorter');
    if (sorter instanceof HTMLElement) return this.#acts.sort(/** @type {any} */ (sorter.dataset.sort));
    const entry = this.#entryAt(target);
    if (!entry || String(getSelection()) !== '') return;
    this.#active = entry.key;
    const fetcher = target.closest('.fetch');
    if (fetcher) {
      if (fetcher.getAttribute('aria-disabled') !== 'true') this.#acts.fetch(entry);
    } else this.#toggle(entry);
    this.#plan();
  }

  /** @param {Entry} entry */
  #toggle(entry) {
    this.#opened = this.#opened === entry.key ? '' : entry.key;
    this.#plan();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.#places.get(this.#entryAt(event.target)?.key ?? this.#active) ?? 0;
    const inRow = event.target === this.element || this.#entryAt(event.target) !== undefined;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (this.#opened === '') return this.#acts.leave();
      const opened = this.#places.get(this.#opened);
      this.#opened = '';
      return this.#go(opened ?? here);
    }
    if (!inRow) return;
    const page = Math.max(1, Math.floor((innerHeight * 0.7) / Math.max(1, this.#height)));
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + page, PageUp: here - page, Home: 0, End: this.#entries.length - 1 };
    const entry = this.#entries[here];
    if (event.key in moves) {
      if (moves[event.key] < 0 && event.key === 'ArrowUp') this.#acts.leave();
      else this.#go(moves[event.key]);
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') this.#aside(event.key === 'ArrowRight');
    else if (event.key === 'd' && entry) this.#acts.fetch(entry);
    else if (event.key === 'c' && entry) this.#acts.magnet(entry);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Moves to the button that fetches, or back. @param {boolean} right */
  #aside(right) {
    /** @type {HTMLElement | null | undefined} */
    const to = this.#rows.get(this.#active)?.row.querySelector(right ? '.fetch' : '.opener');
    to?.focus();
  }

  /** Moves to a row, which comes into sight. @param {number} to */
  #go(to) {
    const place = Math.max(0, Math.min(to, this.#entries.length - 1));
    const entry = this.#entries[place];
    if (!entry) return;
    this.#active = entry.key;
    if (!this.#rows.has(entry.key)) {
      const opened = this.#places.get(this.#opened) ?? Infinity;
      const top = this.body.getBoundingClientRect().top + scrollY + place * this.#height + (place > opened ? this.#details?.height ?? 0 : 0);
      scrollTo(0, top - innerHeight / 2);
    }
    this.#render();
    const row = this.#rows.get(entry.key)?.row;
    /** @type {HTMLElement | null | undefined} */ (row?.querySelector('.opener'))?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  }
}

/**
 * Has a parent hold these children in this order, and moves none that is in its place.
 * What had the focus and goes leaves it to the refuge.
 * @param {HTMLElement} parent @param {HTMLElement[]} wanted @param {HTMLElement} refuge
 */
function arrange(parent, wanted, refuge) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) {
    if (keep.has(/** @type {HTMLElement} */ (child))) continue;
    if (child.contains(document.activeElement)) refuge.focus({ preventScroll: true });
    child.remove();
  }
  let next = parent.firstElementChild;
  for (const element of wanted) {
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}
