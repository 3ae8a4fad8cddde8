// Calls that fetch many files, one row each.

import { h } from './dom.js';
import { t } from './words.js';
import { duration, number, percent, rate, size } from './format.js';
import { plain, shown } from './names.js';
import { bar, drop, place, say } from './parts.js';

/** @import {Batch} from './types.js' */

/** Makes the list of batches. */
export function batchList() {
  const element = h('ol', { class: 'transfers', 'aria-label': t('batches') });
  /** @type {Map<string, BatchRow>} */
  const rows = new Map();
  /** @param {Batch[]} batches */
  const update = (batches) => {
    const byKey = new Map(batches.map((one, i) => [`${one.begun} ${one.path} ${i}`, one]));
    drop(rows, byKey.keys());
    place(element, rows, [...byKey.keys()], (key) => new BatchRow(/** @type {Batch} */ (byKey.get(key))));
    for (const [key, one] of byKey) rows.get(key)?.update(one);
    element.hidden = batches.length === 0;
  };
  return { element, update };
}

class BatchRow {
  /** @param {Batch} batch */
  constructor({ name, path }) {
    this.bar = bar(t('downloads.bar', { name: plain(name, 60) }));
    this.files = h('span');
    this.far = h('span');
    this.speed = h('span');
    this.left = h('span');
    this.element = h('li', { class: 'transfer' }, h('div', { class: 'head' }, h('h3', { class: 'title' }, shown(name)), h('span', { class: 'badge' }, t('batches.badge'))),
      this.bar.element, h('div', { class: 'facts-row small' }, this.files, this.far, this.speed, this.left),
      h('p', { class: 'small place' }, t('batches.into'), ' ', shown(path, 300)));
  }

  /** @param {Batch} batch */
  update({ files, done, already, failed, size: whole, verified, rate: speed, eta }) {
    const came = done + already, share = whole > 0 ? verified / whole : files > 0 ? came / files : -1;
    const far = t('downloads.far', { here: size(verified), whole: size(whole), percent: percent(share) });
    this.bar.set(share, far);
    say(this.files, t('batches.files', { n: files, came: number(came), all: number(files) }) + (failed > 0 ? ` · ${t('batches.failed', { n: failed })}` : ''));
    say(this.far, far);
    say(this.speed, rate(speed));
    say(this.left, eta >= 0 ? t('downloads.left', { time: duration(eta) }) : '');
  }
}
