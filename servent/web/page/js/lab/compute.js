// The same experiment with many searches: its form, and the rows that come of it.

import { h } from '../dom.js';
import { t } from '../words.js';
import { Rows } from './rows.js';

/** What is asked for: its name, what it begins with, and what may be typed. */
const FIELDS = [['ttls', '1..7', '\\d+(\\.\\.\\d+)?'], ['sources', '10', 'all|one|\\d+'], ['runs', '10', '\\d+'], ['queries', '1', '\\d+'],
  ['churn', '', '[\\w.]+,[\\w.]+(,[\\d.]+%)?']];

export class Compute {
  /**
   * @param {() => any} request what the experiment is just now: an api.LabRequest
   * @param {() => void} changed
   */
  constructor(request, changed) {
    this.request = request;
    this.rows = new Rows();
    this.fields = FIELDS.map(([name, value, pattern]) => h('input', { name, value, pattern, size: Math.max(6, value.length), required: value !== '',
      placeholder: value === '' ? t('lab.full.no') : '', autocomplete: 'off', spellcheck: 'false' }));
    this.element = h('section', { class: 'card stack', 'aria-labelledby': 'lab-compute' },
      h('h2', { id: 'lab-compute' }, t('lab.full.title')), h('p', { class: 'faint small' }, t('lab.full.about')),
      h('form', { class: 'row lab-compute', change: changed, submit: (/** @type {SubmitEvent} */ e) => this.go(e) },
        this.fields.map((input) => h('label', { class: 'field' }, t(`lab.full.${input.name}`), input)), h('button', { class: 'button' }, t('lab.full.go'))),
      this.rows.element);
  }

  destroy() { this.rows.destroy(); }

  /** Shows what a request says. @param {any} request */
  show(request) { this.fields.forEach((input, k) => { input.value = String(request[input.name] ?? FIELDS[k][1]); }); }

  /** What was typed that the form does not begin with. @returns {any} the part of an api.LabRequest */
  typed() {
    return Object.fromEntries(this.fields.filter((input, k) => input.value !== FIELDS[k][1] && input.validity.valid).map((input) => [input.name, input.value]));
  }

  /** @param {SubmitEvent} e */
  go(e) {
    e.preventDefault();
    const [ttls, sources, runs, queries, churn] = this.fields.map((input) => input.value.trim());
    // What is of one search alone is left out.
    this.rows.compute({
      ...this.request(), source: undefined, push: undefined,
      ttls, sources: sources === 'one' ? undefined : sources, runs: Number(runs), queries: Number(queries), churn: churn || undefined,
    });
  }
}
