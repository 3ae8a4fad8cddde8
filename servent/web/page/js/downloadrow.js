// One download as a row, which is brought up to date in place.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { said } from './said.js';
import { duration, number, percent, rate, size } from './format.js';
import { plain, shown } from './names.js';
import { icon } from './icons.js';
import { copyButton } from './copy.js';
import { bar, say } from './parts.js';
import { sparkline } from './sparkline.js';
import { rates } from './transferfeed.js';
import { sourceTable } from './sourcetable.js';
import { downloadActs } from './downloadacts.js';
import { isDone, moves, offers, share } from './downloadstates.js';

/** @import {Download} from './types.js' */

const look = { queued: '', running: '', waiting: 'warn', paused: '', failed: 'bad', done: 'good', cancelled: '' };

/** What is wrong with a download, or why it waits, in words. @param {Download} download */
export function why(download) {
  if (!download.reason) return [];
  const heading = download.code ? t(`error.${download.code}`) : '';
  return [heading === `error.${download.code}` ? '' : `${heading} `, ...said(download.reason, download.sentence)];
}

/** How far a download is, in words. @param {Download} download */
export function howFar({ size: whole, verified, state }) {
  if (state === 'done') return size(whole);
  if (whole < 0) return t('downloads.far.unknown', { here: size(verified) });
  return t('downloads.far', { here: size(verified), whole: size(whole), percent: percent(share({ size: whole, verified })) });
}

export class DownloadRow {
  /** @param {Download} download */
  constructor(download) {
    this.download = download;
    this.opened = false;
    const name = plain(download.name || download.root, 60);
    this.title = h('h3', { class: 'title', id: `download-${download.id}` }, shown(download.name || download.root));
    this.state = h('span', { class: 'badge' });
    this.bar = bar(t('downloads.bar', { name }));
    this.far = h('span');
    this.speed = h('span');
    this.left = h('span');
    this.count = h('span');
    this.curve = sparkline();
    this.reason = h('p', { class: 'reason small' });
    this.sources = sourceTable();
    this.place = h('p', { class: 'place small' });
    this.details = h('div', { class: 'download-more', hidden: true, id: `sources-${download.id}` }, this.sources.element, h('p', { class: 'small faint' },
      h('span', {}, t('downloads.root')), ' ', h('code', {}, download.root), ' ', copyButton(download.root, t('downloads.root'))));
    this.acts = new Map(['pause', 'resume', 'cancel', 'forget'].map((act) => [act, this.button(act, name)]));
    this.priority = h('select', {
      'aria-label': t('downloads.priority.of', { name }), change: () => downloadActs.priority(this.download, this.priority.value),
    }, ['high', 'normal', 'low'].map((value) => h('option', { value }, t(`downloads.priority.${value}`))));
    this.toggle = h('button', {
      type: 'button', class: 'button quiet small', 'aria-expanded': 'false', 'aria-controls': this.details.id, click: () => this.open(!this.opened),
    });
    this.element = h('li', {
      class: 'transfer', tabindex: -1, 'aria-labelledby': this.title.id, 'data-id': download.id,
    }, h('div', { class: 'head' }, this.title, this.state), this.bar.element,
    h('div', { class: 'facts-row small' }, this.far, this.speed, this.left, this.count), this.reason, this.place,
    h('div', { class: 'acts' }, [...this.acts.values()], this.priority, this.toggle, this.curve.picture), this.details);
    this.update(download);
  }

  /** @param {string} act @param {string} name */
  button(act, name) {
    const picture = { pause: 'pause', resume: 'play', cancel: 'close', forget: 'close' }[act] ?? '';
    return h('button', {
      type: 'button', class: 'button plain small', 'aria-label': t(`downloads.${act}.of`, { name }), click: () => this.act(act),
    }, icon(picture), t(`downloads.${act}`));
  }

  /** Does what a button or a key asks for, if it applies. @param {string} act @returns {boolean} whether it does */
  act(act) {
    if (!offers(this.download).includes(act)) return false;
    void downloadActs[/** @type {'pause' | 'resume' | 'cancel' | 'forget'} */ (act)](this.download);
    return true;
  }

  /** Shows or hides the sources. @param {boolean} opened */
  open(opened) {
    this.opened = opened;
    this.details.hidden = !opened;
    this.toggle.setAttribute('aria-expanded', String(opened));
    this.update(this.download);
  }

  /** @param {Download} download */
  update(download) {
    const { state, sources, answering, eta } = download;
    this.download = download;
    const moving = moves(download), done = isDone(download);
    this.element.dataset.state = state;
    this.state.className = `badge ${look[state]}`;
    say(this.state, t(`downloads.state.${state}`));
    this.bar.set(done ? 1 : share(download), howFar(download));
    this.bar.element.hidden = done;
    say(this.far, howFar(download));
    say(this.speed, moving ? rate(download.rate) : '');
    say(this.left, moving && eta >= 0 ? t('downloads.left', { time: duration(eta) }) : '');
    say(this.count, moving ? t('downloads.answering', { n: sources.length, count: sources.length, answering: number(answering), all: number(sources.length) }) : '');
    this.curve.draw(moving ? rates.of(`down:${download.id}`) : []);
    this.tellReason(download);
    this.tellPlace(download);
    const offered = offers(download);
    for (const [act, button] of this.acts) button.hidden = !offered.includes(act);
    this.priority.hidden = done;
    if (document.activeElement !== this.priority) this.priority.value = download.priority;
    const label = t('downloads.sources', { n: sources.length });
    if (this.toggle.textContent !== label) fill(this.toggle, label);
    if (this.opened) this.sources.update(sources, done || state === 'paused' || state === 'failed');
  }

  /** @param {Download} download */
  tellReason(download) {
    const key = `${download.code}${download.reason}`;
    this.reason.classList.toggle('problem', download.state === 'failed');
    if (this.reason.dataset.key === key) return;
    this.reason.dataset.key = key;
    fill(this.reason, ...why(download));
    this.reason.hidden = !download.reason;
  }

  /** @param {Download} download */
  tellPlace({ state, path }) {
    const told = state === 'done' ? path : '';
    if (this.place.dataset.path === told) return;
    this.place.dataset.path = told;
    this.place.hidden = told === '';
    if (told !== '') fill(this.place, t('downloads.in'), ' ', shown(told, 300), ' ', copyButton(told, t('downloads.path')));
  }
}
