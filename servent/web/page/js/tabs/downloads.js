// What is fetched, and what is sent.

import { h, fill } from '../dom.js';
import { t } from '../words.js';
import { call } from '../calls.js';
import { number, rate } from '../format.js';
import { inWords } from '../errors.js';
import { rowKeys } from '../rowkeys.js';
import { drop, place, say } from '../parts.js';
import { sparkline } from '../sparkline.js';
import { downloadActs } from '../downloadacts.js';
import { DownloadRow } from '../downloadrow.js';
import { batchList } from '../batchlist.js';
import { uploadList } from '../uploadlist.js';
import { downRate, isDone, offers, sum } from '../downloadstates.js';
import { learnDownloads, onTransfers, rates, transfers } from '../transferfeed.js';

/** @import {Context, Download, Tab} from '../types.js' */

const most = 200; // rows that are shown before more are asked for

/** @param {HTMLElement} root @param {Context} context @returns {Tab} */
export function open(root, context) {
  const tab = new Downloads();
  fill(root, h('h1', { class: 'unseen' }, t('tab.downloads')), tab.element);
  const off = onTransfers(() => tab.update());
  tab.update();
  context.help([
    [['↑', '↓'], t('downloads.keys.move')], [['p'], t('downloads.keys.pause')], [['Enter'], t('downloads.keys.open')],
    [['Delete'], t('downloads.keys.cancel')], [['+', '-'], t('downloads.keys.priority')],
  ]);
  return { close: off };
}

class Downloads {
  constructor() {
    /** @type {Map<string, DownloadRow>} */
    this.rows = new Map();
    this.limit = most;
    this.open = h('ol', { class: 'transfers', 'aria-label': t('downloads.open') });
    this.done = h('ol', { class: 'transfers', 'aria-label': t('downloads.done') });
    this.more = h('button', { type: 'button', class: 'button plain', click: () => { this.limit += most; this.update(); } });
    this.empty = h('div', { class: 'empty' }, h('h2', {}, t('downloads.empty')), h('p', {}, t('downloads.empty.hint')),
      h('a', { class: 'button', href: '#search' }, t('downloads.empty.search')));
    this.batches = batchList();
    this.uploads = uploadList();
    this.total = h('span', { class: 'small' });
    this.down = sparkline();
    this.up = sparkline();
    this.upTotal = h('span', { class: 'small faint' });
    this.pauseAll = h('button', { type: 'button', class: 'button plain small', click: downloadActs.pauseAll }, t('downloads.pause.all'));
    this.resumeAll = h('button', { type: 'button', class: 'button plain small', click: downloadActs.resumeAll }, t('downloads.resume.all'));
    this.clear = h('button', { type: 'button', class: 'button plain small', click: () => downloadActs.forgetAll(transfers.downloads.filter(isDone)) }, t('downloads.forget.all'));
    this.doneHead = h('div', { class: 'row' }, h('h2', { class: 'grow' }, t('downloads.done')), this.clear);
    const lists = h('div', { class: 'stack' }, this.batches.element, this.open, this.more, this.empty, this.doneHead, this.done);
    this.keys = rowKeys(lists, 'li.transfer[data-id]', (row, key) => this.press(row, key));
    this.below = h('section', { class: 'stack', 'aria-labelledby': 'uploads-title' }, h('div', { class: 'row' },
      h('h2', { id: 'uploads-title' }, t('uploads')), this.upTotal, this.up.picture), this.uploads.element);
    this.element = h('div', { class: 'stack downloads' }, addForm(),
      h('section', { class: 'stack', 'aria-labelledby': 'downloads-title' }, h('div', { class: 'row' }, h('h2', { id: 'downloads-title' }, t('downloads')),
        h('div', { class: 'row grow' }, this.total, this.down.picture), this.pauseAll, this.resumeAll), lists),
      this.below);
  }

  update() {
    const { downloads, batches, uploads, ready } = transfers;
    const open = downloads.filter((one) => !isDone(one)), done = downloads.filter(isDone).reverse();
    const first = open.slice(0, this.limit);
    drop(this.rows, [...first, ...done].map((one) => String(one.id)));
    this.place(this.open, first);
    this.place(this.done, done);
    for (const one of downloads) this.rows.get(String(one.id))?.update(one);
    this.keys.settle();
    this.below.hidden = !ready; // it would jump when the downloads come
    this.batches.update(batches);
    this.open.hidden = open.length === 0;
    this.more.hidden = open.length <= this.limit;
    if (!this.more.hidden) fill(this.more, t('downloads.more', { n: open.length - this.limit }));
    this.doneHead.hidden = this.done.hidden = done.length === 0;
    this.empty.hidden = !ready || downloads.length + batches.length > 0;
    const busy = open.filter((one) => offers(one).includes('pause')), resting = open.length - busy.length;
    this.pauseAll.hidden = busy.length === 0;
    this.resumeAll.hidden = resting === 0;
    say(this.total, open.length + batches.length === 0 ? (done.length === 0 ? '' : t('downloads.idle')) : t('downloads.total', { n: busy.length, under: number(busy.length), rate: rate(downRate(open, batches)) }));
    this.down.draw(busy.length + batches.length > 0 ? rates.of('down') : []);
    say(this.upTotal, uploads.length === 0 ? '' : rate(sum(uploads)));
    this.up.draw(uploads.length > 1 ? rates.of('up') : []);
    this.uploads.update();
  }

  /** @param {HTMLElement} list @param {Download[]} downloads */
  place(list, downloads) {
    const byKey = new Map(downloads.map((one) => [String(one.id), one]));
    place(list, this.rows, [...byKey.keys()], (key) => new DownloadRow(/** @type {Download} */ (byKey.get(key))));
  }

  /** @param {HTMLElement} element @param {string} key @returns {boolean} */
  press(element, key) {
    const row = this.rows.get(element.dataset.id ?? '');
    if (!row) return false;
    switch (key) {
      case 'p': return row.act('pause') || row.act('resume');
      case 'Delete': case 'Backspace': return row.act('cancel') || row.act('forget');
      case 'Enter': case 'o': row.open(!row.opened); return true;
      case '+': case '-': return turn(row.download, key === '+' ? -1 : 1);
    }
    return false;
  }
}

const priorities = ['high', 'normal', 'low'];

/** @param {Download} download @param {number} by */
function turn(download, by) {
  const next = priorities[priorities.indexOf(download.priority) + by];
  if (next && !isDone(download)) void downloadActs.priority(download, next);
  return true;
}

/** The form that begins a download by what is typed or pasted. */
function addForm() {
  const problem = h('p', { class: 'problem small', id: 'what-problem', role: 'alert', hidden: true });
  const what = h('input', {
    type: 'text', name: 'what', required: true, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'what-hint what-problem',
    input: () => { problem.hidden = true; what.removeAttribute('aria-invalid'); },
  });
  const go = h('button', { class: 'button' }, t('downloads.add.go'));
  const begin = async () => {
    go.disabled = true;
    fill(go, t('downloads.add.looking'));
    try {
      /** @type {Download} */
      const download = await call('POST', '/api/downloads/start', { what: what.value, size: -1 });
      what.value = '';
      if (download.id === 0) tellHere(problem, download);
      else learnDownloads([download]);
    } catch (error) {
      fill(problem, inWords(error));
      problem.hidden = false;
      problem.className = 'problem small';
      what.setAttribute('aria-invalid', 'true');
      what.focus();
    }
    go.disabled = false;
    fill(go, t('downloads.add.go'));
  };
  return h('form', { class: 'card add', submit: (/** @type {Event} */ event) => { event.preventDefault(); void begin(); } },
    h('label', { class: 'field' }, t('downloads.add'), what), go, h('p', { class: 'small faint', id: 'what-hint' }, t('downloads.add.hint')), problem);
}

/** @param {HTMLElement} note @param {Download} download */
function tellHere(note, { path }) {
  fill(note, t('downloads.add.here'), ' ', path);
  note.className = 'small';
  note.hidden = false;
}
