// Who fetches what from here, and how far that is.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { duration, percent, rate, size } from './format.js';
import { plain, shown } from './names.js';
import { bar, drop, place, say } from './parts.js';
import { sparkline } from './sparkline.js';
import { rates, transfers } from './transferfeed.js';

/** @import {Transfer} from './types.js' */

/** Makes the list of uploads, those that have just ended too. */
export function uploadList() {
  const list = h('ol', { class: 'transfers', 'aria-label': t('uploads') });
  const ended = h('ol', { class: 'transfers ended', 'aria-label': t('uploads.ended') });
  const endedHead = h('h3', { class: 'faint small' }, t('uploads.ended'));
  const none = h('p', { class: 'faint' }, t('uploads.none'));
  const element = h('div', { class: 'stack' }, list, none, endedHead, ended);
  /** @type {Map<string, UploadRow>} */
  const rows = new Map();
  let told = '';
  const update = () => {
    const byKey = new Map(transfers.uploads.map((one) => [String(one.id), one]));
    drop(rows, byKey.keys());
    place(list, rows, [...byKey.keys()], (key) => new UploadRow(/** @type {Transfer} */ (byKey.get(key))));
    for (const [key, one] of byKey) rows.get(key)?.update(one);
    list.hidden = byKey.size === 0;
    none.hidden = byKey.size > 0;
    endedHead.hidden = ended.hidden = transfers.ended.length === 0;
    const now = transfers.ended.map((one) => one.id).join();
    if (now !== told) fill(ended, transfers.ended.map(endedRow));
    told = now;
  };
  return { element, update };
}

class UploadRow {
  /** @param {Transfer} upload */
  constructor({ name, root, peer }) {
    this.bar = bar(t('uploads.bar', { name: plain(name || root, 60) }));
    this.far = h('span');
    this.speed = h('span');
    this.age = h('span');
    this.curve = sparkline();
    this.element = h('li', { class: 'transfer' }, h('div', { class: 'head' }, h('h3', { class: 'title' }, shown(name || root))), this.bar.element,
      h('div', { class: 'facts-row small' }, h('span', {}, t('uploads.to'), ' ', h('span', { class: 'mono' }, shown(peer, 24))),
        this.far, this.speed, this.age, this.curve.picture));
  }

  /** @param {Transfer} upload */
  update(upload) {
    const { bytes, size: whole, age } = upload;
    this.bar.set(whole > 0 ? bytes / whole : -1, sentOf(upload));
    say(this.far, sentOf(upload));
    say(this.speed, upload.rate > 0 ? rate(upload.rate) : t('uploads.waits'));
    say(this.age, t('uploads.age', { time: duration(Math.floor(age)) }));
    this.curve.draw(rates.of(`up:${upload.id}`));
  }
}

/** @param {Transfer} upload */
function sentOf({ bytes, size: whole }) {
  return t('uploads.far', { sent: size(bytes), whole: size(whole), percent: percent(whole > 0 ? bytes / whole : 0) });
}

/** @param {Transfer} upload */
function endedRow(upload) {
  return h('li', { class: 'small' }, shown(upload.name || upload.root, 80), ' ',
    h('span', { class: 'faint' }, t('uploads.to'), ' ', h('span', { class: 'mono' }, shown(upload.peer, 24)), ' · ', sentOf(upload)));
}
