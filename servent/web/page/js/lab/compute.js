// The same experiment with many searches: its form, and the rows that come of it.

import { h } from '../dom.js';
import { t } from '../words.js';
import { Rows } from './rows.js';

/** What is asked for: its name, what it begins with, and what may be typed. */
const FIELDS = [['ttls', '1..7', '\\d+(\\.\\.\\d+)?'], ['sources', '10', 'all|one|\\d+'], ['runs', '10', '\\d+']];

export class Compute {
  /** @param {() => any} request what the experiment is just now: an api.LabRequest */
  constructor(request) {
    this.request = request;
    this.rows = new Rows();
    const fields = FIELDS.map(([name, value, pattern]) => h('label', { class: 'field' }, t(`lab.full.${name}`),
      h('input', { name, value, pattern, size: 6, required: true, autocomplete: 'off' })));
    this.element = h('section', { class: 'card stack', 'aria-labelledby': 'lab-compute' },
      h('h2', { id: 'lab-compute' }, t('lab.full.title')), h('p', { class: 'faint small' }, t('lab.full.about')),
      h('form', { class: 'row', submit: (/** @type {SubmitEvent} */ e) => this.go(e) }, fields, h('button', { class: 'button' }, t('lab.full.go'))),
      this.rows.element);
  }

  destroy() { this.rows.destroy(); }

  /** @param {SubmitEvent} e */
  go(e) {
    e.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (e.target));
    // What is of one search alone is left out.
    this.rows.compute({
      ...this.request(), source: undefined, push: undefined,
      ttls: data.get('ttls'), sources: data.get('sources'), runs: Number(data.get('runs')),
    });
  }
}
