// The counters: what the events of a search come to by now, what the engine says
// in the end, what mathematics says, and whether they agree.

import { fill, h } from '../dom.js';
import { decimal, number, percent } from '../format.js';
import { COUNTERS } from '../playback.js';
import { t } from '../words.js';

/** @typedef {import('../playback.js').Playback} Playback */

/** Counters that mathematics knows. @type {Record<string, string>} */
const CLOSED = { reached: 'reached', messages: 'messages' };

export class Counters {
  constructor() {
    this.body = h('tbody');
    this.levels = h('p', { class: 'small' });
    this.verdict = h('p', { class: 'lab-agree' });
    this.head = h('thead');
    this.element = h('section', { class: 'card lab-counters', 'aria-labelledby': 'lab-counters-title' },
      h('h2', { id: 'lab-counters-title' }, t('lab.counters')),
      h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': t('lab.counters') },
        h('table', {}, h('caption', { class: 'unseen' }, t('lab.counters.caption')), this.head, this.body)),
      this.levels, this.verdict);
    /** @type {{cell: HTMLElement, track: number, counter: string}[]} */
    this.cells = [];
    /** @type {Playback|null} */
    this.playback = null;
  }

  /** @param {Playback} playback */
  load(playback) {
    this.playback = playback;
    this.cells = [];
    const { run } = playback;
    const head = (/** @type {string} */ text) => h('th', { scope: 'col', class: 'figure' }, text);
    fill(this.head, h('tr', {}, h('th', { scope: 'col' }, t('lab.strategy')), COUNTERS.map((c) => head(t(`lab.counter.${c}`)))));
    fill(this.body, run.searches.flatMap((/** @type {any} */ search, /** @type {number} */ k) => this.rows(search, k)));
    this.agree();
  }

  /**
   * @param {any} search
   * @param {number} k
   */
  rows(search, k) {
    const now = h('tr', { class: 'lab-now' }, h('th', { scope: 'row' }, search.strategy), COUNTERS.map((counter) => {
      const cell = h('td', { class: 'figure' });
      this.cells.push({ cell, track: k, counter });
      return cell;
    }));
    const line = (/** @type {string} */ name, /** @type {(c: string) => string} */ value) => h('tr', { class: 'faint' },
      h('th', { scope: 'row' }, name), COUNTERS.map((c) => h('td', { class: 'figure' }, value(c))));
    return [now,
      search.row && line(t('lab.engine'), (c) => number(search.row[`${c}_sum`] ?? 0)),
      search.closed && (search.closed.reached ?? search.closed.messages ?? null) !== null && line(t('lab.closed'), (c) => closed(search.closed, c))].filter(Boolean);
  }

  /** Says whether events, engine and closed form agree, at the end. */
  agree() {
    const { run } = /** @type {Playback} */ (this.playback);
    const known = run.searches.some((/** @type {any} */ s) => s.row && s.events);
    const off = run.searches.flatMap((/** @type {any} */ search, /** @type {number} */ k) => (search.events && search.row ? this.differences(search, k) : []));
    this.verdict.hidden = !known;
    fill(this.verdict, h('span', { class: `badge ${off.length ? 'bad' : 'good'}` }, t(off.length ? 'lab.disagree' : 'lab.agree')),
      off.length ? ` ${off.join('; ')}` : '');
  }

  /**
   * @param {any} search
   * @param {number} k
   * @returns {string[]}
   */
  differences(search, k) {
    const { run, tracks, end } = /** @type {Playback} */ (this.playback), counted = tracks[k].counters(end);
    const off = [];
    for (const name of COUNTERS) {
      // A bound is none that has to be reached, and with servents that leave no form holds.
      const closes = CLOSED[name] && search.closed && !run.actions?.length && !(name === 'reached' && search.closed.at_most);
      for (const other of [search.row[`${name}_sum`], closes ? search.closed[name] : null]) {
        if (other === null || other === undefined || Math.abs(other - counted[name]) < 1e-6) continue;
        off.push(t('lab.differ', { strategy: search.strategy, what: t(`lab.counter.${name}`), events: number(counted[name]), other: decimal(other, 2) }));
      }
    }
    return off;
  }

  /** @param {number} time */
  show(time) {
    const { playback } = this;
    if (!playback) return;
    const all = playback.tracks.map((track) => track.counters(time));
    for (const { cell, track, counter } of this.cells) {
      // Where there are no events, only arrivals are known.
      const known = counter === 'reached' || playback.run.searches[track].events;
      const text = known ? number(all[track][/** @type {import('../playback.js').Counter} */ (counter)]) : '–';
      if (cell.textContent !== text) cell.textContent = text;
    }
  }

  /** What takes a look at each servent: only where time stays. @param {number} time */
  stopped(time) {
    const { playback } = this;
    if (!playback) return;
    const others = Math.max(1, playback.run.graph.nodes - 1);
    fill(this.levels, playback.tracks.map((track, k) => {
      const levels = track.levels(time), sum = levels.reduce((a, b) => a + b, 0);
      const way = levels.length > 1 ? `${levels.map((n) => number(n)).join(' + ')} = ${number(sum)}` : number(sum);
      return h('span', { class: 'lab-levels' }, t('lab.levels', { strategy: playback.run.searches[k].strategy, way, share: percent(sum / others) }));
    }));
  }
}

/**
 * @param {any} form
 * @param {string} counter
 */
function closed(form, counter) {
  const value = CLOSED[counter] ? form[counter] : null;
  if (value === null || value === undefined) return '';
  return counter === 'reached' && form.at_most ? `≤ ${decimal(value, 2)}` : decimal(value, 2);
}
