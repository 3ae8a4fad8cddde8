// One servent: what became of it, what can be done to it, what it remembers.

import { call } from '../calls.js';
import { fill, h } from '../dom.js';
import { aborted, inWords } from '../errors.js';
import { decimal, number } from '../format.js';
import { reasonWords } from '../reasons.js';
import { t } from '../words.js';
import { clock, serventName } from './words.js';

/** @typedef {import('../playback.js').Playback} Playback */

export class NodePanel {
  /**
   * @param {{search: (i: number) => void, act: (i: number, deed: 'leave'|'fail'|'join') => void, close: () => void, request: () => any}} told
   *   request: null where the run is no run of this lab
   */
  constructor(told) {
    this.told = told;
    this.picked = -1;
    this.away = false;
    this.calls = new AbortController();
    this.title = h('h2', { id: 'lab-node-title', tabindex: -1 });
    this.facts = h('dl', { class: 'facts' });
    this.buttons = h('div', { class: 'chips' });
    this.tables = h('div', { class: 'stack' });
    this.element = h('section', { class: 'card lab-node', 'aria-labelledby': 'lab-node-title', hidden: true },
      h('div', { class: 'row' }, this.title, h('button', { type: 'button', class: 'button quiet small', click: () => told.close() }, t('close'))),
      this.facts, this.buttons, this.tables);
  }

  destroy() { this.calls.abort(); }

  /**
   * @param {number} i or -1
   * @param {Playback} playback
   * @param {number} time
   */
  show(i, playback, time) {
    this.element.hidden = i < 0;
    const changed = i !== this.picked;
    this.picked = i;
    this.calls.abort();
    if (i < 0) return;
    const { run } = playback, away = playback.away(i, time), asked = this.told.request() !== null;
    this.title.textContent = t('lab.node.title', { name: serventName(run, i) });
    fill(this.facts, this.told.request() && fact(t('lab.node.links'), number(degree(run.graph.edges, i))), playback.tracks.map((track, k) => {
      const hop = track.hop(i, time), search = run.searches[k].strategy;
      const text = away ? t('lab.node.away') : i === run.source ? t('lab.node.source') : hop < 0 ? t('lab.node.unreached')
        : t('lab.node.reached', { hop: number(hop), time: decimal(track.reachedAt[i], 1) });
      return fact(search, text);
    }).flat(), run.holders.includes(i) && fact(t('lab.node.holds'), t('lab.node.holder')));
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) => h('button', { type: 'button', class: 'button plain small', click: act }, t(key));
    if (changed || away !== this.away) {
      fill(this.buttons, asked && !away && button('lab.node.search', () => this.told.search(i)),
        asked && !away && button('lab.node.leave', () => this.told.act(i, 'leave')),
        asked && !away && button('lab.node.fail', () => this.told.act(i, 'fail')),
        asked && away && button('lab.node.join', () => this.told.act(i, 'join')));
      fill(this.tables);
    }
    this.away = away;
  }

  /**
   * Asks what the servent remembers at a time: of each strategy.
   * @param {Playback} playback
   * @param {number} time
   */
  async look(playback, time) {
    const request = this.told.request(), node = this.picked;
    this.calls.abort();
    if (!request || node < 0) return;
    this.calls = new AbortController();
    const { signal } = this.calls;
    try {
      const tables = [];
      for (let search = 0; search < playback.tracks.length; search++) {
        tables.push(await call('POST', '/api/lab/table', { ...request, search, node, at_ms: time }, signal));
      }
      if (node !== this.picked) return;
      fill(this.tables, tables.flatMap((table, k) => this.table(table, playback, k, time)));
    } catch (error) {
      if (!aborted(error)) fill(this.tables, h('p', { class: 'problem' }, inWords(error)));
    }
  }

  /**
   * @param {any} table an api.LabTable
   * @param {Playback} playback
   * @param {number} k
   * @param {number} time
   */
  table(table, playback, k, time) {
    const { run } = playback, of = playback.tracks.length > 1 ? ` · ${run.searches[k].strategy}` : '';
    const to = (/** @type {number|null} */ node) => (node === null ? t('lab.node.itself') : serventName(run, node));
    if (table.away) return [];
    return [
      grid(t('lab.table.seen') + of, ['guid', 'type', 'from', 'ttl', 'hops', 'age', 'replies'], table.seen.map((/** @type {any} */ s) => [
        s.guid, s.type, to(s.node), number(s.ttl), number(s.hops), decimal(s.age_ms, 1), number(s.replies)]), clock(playback, time)),
      table.servents.length > 0 && grid(t('lab.table.servents') + of, ['servent', 'holder', 'to', 'age'], table.servents.map((/** @type {any} */ s) => [
        s.servent, s.holder === null ? '' : serventName(run, s.holder), to(s.node), decimal(s.age_ms, 1)]), ''),
      table.messages.length > 0 && grid(t('lab.table.messages') + of, ['type', 'received', 'sent', 'duplicate'], table.messages.map((/** @type {any} */ m) => [
        m.type, number(m.received), number(m.sent), number(m.duplicate)]), ''),
      table.dropped.length > 0 && grid(t('lab.table.dropped') + of, ['reason', 'n'], table.dropped.map((/** @type {any} */ d) => [reasonWords('drop', d.reason), number(d.count)]), ''),
    ].filter(Boolean);
  }
}

/**
 * @param {string} title
 * @param {string[]} columns
 * @param {(string | HTMLElement)[][]} rows
 * @param {string} note
 */
function grid(title, columns, rows, note) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': title }, h('table', { class: 'small' }, h('caption', {}, title, note && h('span', { class: 'faint' }, ` (${note})`)),
    h('thead', {}, h('tr', {}, columns.map((c) => h('th', { scope: 'col' }, t(`lab.column.${c}`))))),
    h('tbody', {}, rows.length ? rows.map((row) => h('tr', {}, row.map((cell) => h('td', {}, cell))))
      : h('tr', {}, h('td', { colspan: columns.length, class: 'faint' }, t('lab.table.empty'))))));
}

/**
 * @param {string} name
 * @param {string} text
 */
function fact(name, text) { return [h('dt', {}, name), h('dd', {}, text)]; }

/**
 * @param {ArrayLike<number>} edges
 * @param {number} i
 */
function degree(edges, i) {
  let count = 0;
  for (let k = 0; k < edges.length; k++) if (edges[k] === i) count++;
  return count;
}
