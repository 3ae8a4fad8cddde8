// Many searches: an experiment computed in full, as rows.

import { stream } from '../calls.js';
import { fill, h } from '../dom.js';
import { aborted, inWords } from '../errors.js';
import { decimal, number } from '../format.js';
import { language, t } from '../words.js';
import { csv, save } from './exports.js';

/**
 * The columns that are shown; all are in the CSV.
 * @type {[key: string, text: (row: any) => string][]}
 */
const COLUMNS = [
  ['ttl', (r) => (r.ttl ? number(r.ttl) : '–')],
  ['replicas', (r) => r.replicas ?? ''],
  ['success', (r) => (r.success_rate === null ? '' : share(r.success_rate))],
  ['reached', (r) => decimal(r.reached_mean, 1)],
  ['closed', (r) => some(r.reached_closed)],
  ['share', (r) => share(r.share)],
  ['messages', (r) => decimal(r.messages_mean, 1)],
  ['closed', (r) => some(r.messages_closed)],
  ['duplicates', (r) => decimal(r.duplicates_mean, 1)],
  ['improved', (r) => decimal(r.improved_mean, 1)],
  ['lost', (r) => decimal(r.lost_mean, 1)],
  ['hops', (r) => some(r.hops_mean)],
  ['perhit', (r) => some(r.messages_per_hit)],
  ['gini', (r) => decimal(r.load_gini, 2)],
];

/** @param {number|null} value */
function some(value) { return value === null || value === undefined ? '' : decimal(value, 2); }

const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });

/** @param {number} value with a decimal, as the lab prints it */
function share(value) { return percents.format(value); }

export class Rows {
  constructor() {
    this.calls = new AbortController();
    this.bar = h('progress', { max: 1, value: 0, 'aria-label': t('lab.rows.progress') });
    this.stop = h('button', { type: 'button', class: 'button plain small', click: () => this.calls.abort() }, t('lab.stop'));
    this.status = h('div', { class: 'row', hidden: true }, this.bar, this.stop);
    this.result = h('div', {});
    /** @type {ResizeObserver|null} */
    this.width = null;
    this.element = h('div', { class: 'stack lab-rows' }, this.status, this.result);
  }

  destroy() {
    this.calls.abort();
    this.width?.disconnect();
  }

  /** Computes what a request says, and shows it. @param {any} request @returns {Promise<void>} */
  async compute(request) {
    this.calls.abort();
    const mine = this.calls = new AbortController();
    this.status.hidden = false;
    this.bar.removeAttribute('value');
    try {
      const done = await stream('POST', '/api/lab/rows', request, (event) => {
        if (event.type !== 'lab-progress') return;
        this.bar.max = event.all || 1;
        this.bar.value = event.asked;
      }, mine.signal);
      if (this.calls === mine) this.show(done.rows);
    } catch (error) {
      if (!aborted(error)) fill(this.result, h('p', { class: 'problem', role: 'alert' }, inWords(error)));
    } finally {
      if (this.calls === mine) this.status.hidden = true;
    }
  }

  /** @param {any[]} rows */
  show(rows) {
    const shown = COLUMNS.filter(([, text]) => rows.some((row) => !['', '0'].includes(text(row))));
    const title = t('lab.rows.title', { network: rows[0]?.network ?? '', servents: number(rows[0]?.servents ?? 0), links: number(rows[0]?.links ?? 0),
      n: (rows[0]?.queries ?? 0) * (rows[0]?.runs ?? 1) });
    const heads = [t('lab.strategy'), ...shown.map(([key]) => t(`lab.rows.${key}`))];
    const table = h('table', { class: 'small', role: 'table' }, h('caption', {}, title),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads.map((head, k) => h('th', { scope: 'col', role: 'columnheader', class: k ? 'figure' : '' }, head)))),
      h('tbody', { role: 'rowgroup' }, rows.map((row) => h('tr', { role: 'row' }, h('th', { scope: 'row', role: 'rowheader' }, row.strategy),
        shown.map(([, text], k) => h('td', { role: 'cell', class: 'figure', 'data-label': heads[k + 1] }, text(row)))))));
    table.style.setProperty('--cells', String(heads.length));
    table.style.setProperty('--columns', String(rows.length + 1));
    const scroll = h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': title }, table);
    this.width?.disconnect();
    this.width = new ResizeObserver(() => fit(table, scroll));
    this.width.observe(scroll);
    fill(this.result, scroll,
    h('button', { type: 'button', class: 'button plain small', click: () => save(`${fileName(rows[0])}.csv`, 'text/csv', rowsCSV(rows)) }, t('lab.rows.csv')));
  }
}

/** How a table is laid out, the plainest first. */
const LAYOUTS = ['', 'flipped', 'listed'];

/**
 * Has a table be as wide as there is room: with a column for each row, or each row as
 * a list, where it would have to be scrolled.
 * @param {HTMLElement} table
 * @param {HTMLElement} room
 */
function fit(table, room) {
  for (const layout of LAYOUTS) {
    table.classList.remove(...LAYOUTS.slice(1));
    if (layout) table.classList.add(layout);
    if (room.scrollWidth <= room.clientWidth) return;
  }
}

/** @param {any} row */
function fileName(row) { return `lab-${String(row?.network ?? 'rows').replaceAll(/[^\w.-]+/g, '-')}`; }

/** @param {any[]} rows */
function rowsCSV(rows) {
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== 'type');
  return csv([names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]);
}
