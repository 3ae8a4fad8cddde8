// Searching, and what came of it: searches side by side, each with its hits.

import { h, fill } from '../dom.js';
import { t, language } from '../words.js';
import { call } from '../calls.js';
import { connection, onConnection } from '../events.js';
import { inWords, reason, CallError } from '../errors.js';
import { recall, remember } from '../store.js';
import { duration, number, size } from '../format.js';
import { icon } from '../icons.js';
import { plain, shown } from '../names.js';
import { typing } from '../keys.js';
import { learnKinds, view } from '../hits.js';
import { begin, close, onSearch, refreshKinds, searches } from '../searches.js';
import { fetchHit, fetchOf, onFetch } from '../fetches.js';
import { HitList } from '../hitlist.js';
import { filterBar } from '../filters.js';
import { searchForm } from '../searchform.js';
import { besides, howFar, noHits } from '../nohits.js';
import { copy } from '../copy.js';
import { magnet } from '../magnet.js';

/** @import {Choice, Column, Entry} from '../hits.js' */
/** @import {Search, Options} from '../searches.js' */
/** @import {Context} from '../types.js' */

const collator = new Intl.Collator(language, { numeric: true });
let kindsKnown = false;
/** The search that is shown, by its number; kept while other tabs are. */
let current = recall('search.current', 0);

/** @param {HTMLElement} root @param {Context} context */
export function open(root, context) {
  const tab = new SearchTab(root, context);
  return { close: () => tab.close() };
}

class SearchTab {
  /** @type {Choice} */
  #choice = { column: 'n', descending: false, kinds: new Set(), bands: new Set(), tags: new Set(), words: '', ...recall('search.sort', {}) };
  /** @type {Search | null} */
  #search = null;
  #frame = 0;
  #cost = 0; // ms of the last drawing
  #drawn = 0;
  #said = '';
  /** @type {number | null} */
  #within = null;
  /** @type {import('../types.js').HorizonPeer[]} who can be reached, as far as Pongs tell */
  #reach = [];
  /** @type {(() => void)[]} */
  #offs = [];

  /** @param {HTMLElement} root @param {Context} context */
  constructor(root, context) {
    this.context = context;
    this.form = searchForm({ go: (words, options) => this.go(words, options), stop: () => this.#search?.stop(), down: () => this.list.focus() });
    this.strip = h('ul', { class: 'searches', 'aria-label': t('search.searches') });
    this.status = h('div', { class: 'search-status' });
    this.filters = this.newFilters();
    this.list = new HitList({
      fetch: (entry) => void this.fetch(entry), magnet: (entry) => void this.copyMagnet(entry),
      sort: (column) => this.sort(column), leave: () => this.form.words.focus(),
    });
    this.list.sorted(this.#choice);
    this.rest = h('div');
    fill(root, h('h1', { class: 'unseen' }, t('tab.search')), this.form.element, this.strip, this.status, this.filters.element, this.list.element, this.rest);
    this.#offs = [onSearch((search) => this.changed(search)), onFetch((fetched) => this.list.refetched(fetched)), context.on('link', () => this.linked()), onConnection((state) => this.connected(state)), this.keys()];
    this.learn();
    const all = searches();
    this.choose(all.find(({ id }) => id === current) ?? all.at(-1) ?? null);
    if (!matchMedia('(pointer: coarse)').matches) this.form.words.focus();
    if (connection() === 'live') void this.measure();
  }

  close() {
    cancelAnimationFrame(this.#frame);
    for (const off of this.#offs) off();
    this.list.close();
  }

  /** Asks once what is of which kind. */
  async learn() {
    if (kindsKnown) return;
    const list = await call('GET', '/api/kinds').catch(() => null);
    if (!list) return;
    kindsKnown = true;
    learnKinds(list.kinds);
    refreshKinds();
  }

  /** Asks again what could not be asked. @param {import('../events.js').ConnectionState} state */
  connected(state) {
    this.plan(); // how many links there are is told with it
    if (state === 'live') void this.measure();
    const search = this.#search;
    if (state === 'live' && search?.error instanceof CallError && search.error.code === 'lost') this.go(search.words, search.options);
  }

  linked() {
    this.plan();
    if (!this.#search) void this.measure();
  }

  newFilters() {
    return filterBar(this.#choice, () => { this.#drawn = 0; this.plan(); });
  }

  keys() {
    this.context.help([[['/'], t('keys.search')], [['↓'], t('keys.list')], [['↑', '↓'], t('keys.rows')], [['Enter'], t('keys.open')], [['d'], t('search.download')],
      [['c'], t('keys.magnet')], [['[', ']'], t('keys.searches')], [['x'], t('keys.close')], [['Esc'], t('keys.back')]]);
    const act = (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event) || document.querySelector('dialog[open]')) return;
      if (event.key === '[' || event.key === ']') this.beside(event.key === ']' ? 1 : -1);
      else if (event.key === 'x' && this.#search) this.forget(this.#search);
      else if (event.key === 'ArrowDown' && event.target === document.body) this.list.focus();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', act);
    return () => removeEventListener('keydown', act);
  }

  /** @param {string} words @param {Options} options */
  go(words, options) {
    if (this.#search && refused(this.#search)) close(this.#search); // this one is in its place, put right
    this.choose(begin(words, options));
    this.context.announce(t('search.begun'));
  }

  /** Shows a search. @param {Search | null} search */
  choose(search) {
    const other = search !== this.#search;
    this.#search = search;
    current = search?.id ?? 0;
    remember('search.current', current);
    if (other) {
      Object.assign(this.#choice, { kinds: new Set(), bands: new Set(), tags: new Set(), words: '' });
      const filters = this.newFilters();
      this.filters.element.replaceWith(filters.element);
      this.filters = filters;
      this.#said = '';
      this.#within = null;
      fill(this.rest);
    }
    if (search) this.form.words.value = search.words;
    this.form.problem(search && refused(search) ? search.error : null);
    this.#drawn = 0;
    this.draw();
  }

  /** Shows the search beside this one. @param {number} step */
  beside(step) {
    const all = searches();
    if (!this.#search || all.length < 2) return;
    this.choose(all[(all.indexOf(this.#search) + step + all.length) % all.length]);
    this.context.announce(`${plain(this.#search.words)}: ${this.counts(this.#search)}`);
  }

  /** @param {Search} search */
  forget(search) {
    const at = searches().indexOf(search);
    close(search);
    if (search === this.#search) this.choose(searches()[at] ?? searches().at(-1) ?? null);
    else this.drawStrip();
    if (!this.#search) this.form.words.value = '';
    this.form.words.focus();
  }

  /** @param {Column} column */
  sort(column) {
    const choice = this.#choice;
    // Numbers begin with the largest; a third time is as they came.
    const first = column === 'size' || column === 'sources';
    if (choice.column !== column) Object.assign(choice, { column, descending: first });
    else if (choice.descending === first) choice.descending = !first;
    else Object.assign(choice, { column: 'n', descending: false });
    remember('search.sort', { column: choice.column, descending: choice.descending });
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.sort : undefined;
    this.list.sorted(choice);
    if (focused) /** @type {HTMLElement | null} */ (this.list.heads.querySelector(`[data-sort="${focused}"]`))?.focus();
    this.#drawn = 0;
    this.draw();
  }

  /** @param {Search} search */
  changed(search) {
    if (search === this.#search) {
      if (search.state !== 'running') {
        this.#drawn = 0;
        if (refused(search)) this.form.problem(search.error);
        if (search.state === 'done' && search.hits.size === 0) void this.measure();
      }
      this.sayCount(search);
    }
    this.plan();
  }

  /** Draws with the next frame; long lists not in each of them, so that keys and clicks come through. */
  plan() {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      if (this.#search?.state === 'running' && now - this.#drawn < this.#cost * 8) this.plan();
      else this.draw();
    });
  }

  draw() {
    const begun = performance.now();
    this.#drawn = begun;
    const search = this.#search;
    const entries = search?.entries ?? [];
    this.drawStrip();
    this.form.running(search?.state === 'running');
    fill(this.status, search ? this.statusLine(search) : null);
    this.filters.show(entries);
    const passing = view(entries, this.#choice, collator);
    this.list.element.hidden = passing.length === 0;
    this.list.show(passing);
    this.drawRest(search, entries.length, passing.length);
    this.#cost = performance.now() - begun;
  }

  drawStrip() {
    const all = searches();
    this.strip.hidden = all.length < 2;
    const now = all.map(({ id, state, hits }) => `${id} ${state} ${hits.size} ${id === this.#search?.id}`).join();
    if (this.strip.dataset.now === now) return;
    this.strip.dataset.now = now;
    const focused = this.strip.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.id : undefined;
    fill(this.strip, all.map((search) => h('li', { class: search === this.#search ? 'chosen' : null },
      h('button', { type: 'button', class: 'choose', 'data-id': search.id, 'aria-current': search === this.#search ? 'true' : null, click: () => this.choose(search) },
        shown(search.words, 28), ' ', h('span', { class: 'count' }, search.state === 'running' ? '…' : number(search.hits.size))),
      h('button', { type: 'button', class: 'forget', 'aria-label': t('search.forget', { words: plain(search.words, 40) }), title: t('search.forget', { words: plain(search.words, 40) }), click: () => this.forget(search) }, icon('close')))));
    if (focused) /** @type {HTMLElement | null} */ (this.strip.querySelector(`[data-id="${focused}"]`))?.focus();
    const chosen = this.strip.querySelector('.chosen')?.getBoundingClientRect(), view = this.strip.getBoundingClientRect();
    if (chosen && (chosen.left < view.left || chosen.right > view.right)) this.strip.scrollLeft += chosen.left - view.left;
  }

  /** @param {Search} search */
  counts(search) {
    const peers = new Set();
    for (const { hit } of search.hits.values()) for (const { peer } of hit.sources) peers.add(peer);
    return t('search.count', { n: search.hits.size, servents: t('search.servents', { n: peers.size }) });
  }

  /** @param {Search} search */
  statusLine(search) {
    if (search.state === 'running') return h('span', { class: 'running' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), search.hits.size === 0 ? t('search.running') : this.counts(search));
    const again = h('button', { type: 'button', class: 'button quiet small', click: () => this.go(search.words, search.options) }, t('search.again'));
    if (search.state === 'failed') return refused(search) ? null : h('div', { class: 'notice bad row' }, h('span', { class: 'grow' }, inWords(search.error)), again);
    if (search.hits.size === 0) return search.state === 'stopped' ? h('span', {}, t('search.stopped'), ' ', again) : null;
    const parts = [this.counts(search)];
    if (search.summary && !search.kept) parts.push(duration(search.summary.elapsed_ms / 1000));
    if (search.state === 'stopped' && !search.kept) parts.push(t('search.stopped'));
    if (search.kept) parts.push(t('search.kept', { time: sinceWhen(search.begun) }));
    if (search.dropped > 0 && search.kept) parts.push(t('search.dropped', { n: search.dropped }));
    return h('div', { class: 'row' }, h('span', {}, parts.join(' · ')), again, search.summary && besides(search.summary).map((text) => h('span', { class: 'faint small' }, text)));
  }

  /** What stands in place of a list. @param {Search | null} search @param {number} entries @param {number} passing */
  drawRest(search, entries, passing) {
    const links = this.context.status()?.links ?? null;
    const now = search ? `${search.id} ${search.state} ${entries} ${passing} ${this.#within}` : `none ${links} ${this.#reach.length}`;
    if (this.rest.dataset.now === now) return;
    this.rest.dataset.now = now;
    if (!search) fill(this.rest, this.welcome(links));
    else if (entries > 0) fill(this.rest, passing === 0 && h('div', { class: 'empty' }, h('h2', {}, t('filter.none')), h('p', {}, t('filter.none.why', { n: entries }))));
    else if (search.state === 'done' && search.summary) {
      const { summary, words, options } = search;
      fill(this.rest, noHits(search, summary, this.#within, { further: () => this.go(words, { ...options, ttl: 7 }), again: () => this.go(words, options) }));
    } else fill(this.rest);
  }

  /** @param {number | null} links */
  welcome(links) {
    const sum = (/** @type {'files' | 'kib'} */ what) => this.#reach.reduce((all, peer) => all + peer[what], 0);
    return h('div', { class: 'empty' }, h('h2', {}, t('search.welcome')), h('p', {}, t('search.welcome.how')),
      links === 0 && h('p', { class: 'notice warn' }, t('search.welcome.alone'), ' ', h('a', { href: '#network' }, t('search.welcome.join'))),
      links !== 0 && this.#reach.length > 0 && h('p', { class: 'small' }, t('search.welcome.reach', { n: this.#reach.length, files: number(sum('files')), size: size(sum('kib') * 1024) })));
  }

  /** Asks who is known within reach: for who has not searched yet, or has found nothing. */
  async measure() {
    const search = this.#search;
    if (search && search.hits.size > 0 || !this.context.offers('GET /api/horizon')) return;
    const horizon = await call('GET', '/api/horizon').catch(() => null);
    if (search !== this.#search || !Array.isArray(horizon?.peers)) return;
    this.#reach = horizon.peers;
    const ttl = search?.summary?.ttl;
    if (ttl) this.#within = this.#reach.filter(({ hops }) => hops <= ttl).length;
    this.plan();
  }

  /** Has the count read aloud: the first hits, and how many there are in the end. @param {Search} search */
  sayCount(search) {
    const over = search.state !== 'running';
    const text = search.state === 'failed' ? reason(search.error)
      : search.hits.size === 0 ? (search.summary ? `${t('search.none')} ${howFar(search.summary, null)}` : '')
        : over ? this.counts(search) : this.#said === '' ? t('search.first') : '';
    if (text === '' || text === this.#said) return;
    this.#said = text;
    this.context.announce(text);
  }

  /** @param {Entry} entry */
  async fetch({ hit }) {
    const before = fetchOf(hit.root)?.state;
    if (before && before !== 'failed' && before !== 'cancelled') return;
    try {
      const download = await fetchHit(hit);
      if (download.state === 'done') this.context.toast(h('span', {}, t('search.already'), ' ', shown(hit.name, 60)), 'good');
      else this.context.announce(t('search.fetching', { name: plain(hit.name, 60) }));
    } catch (error) {
      this.context.toast(inWords(error), 'bad');
    }
  }

  /** @param {Entry} entry */
  async copyMagnet({ hit }) {
    try {
      await copy(magnet(hit));
      this.context.toast(t('search.magnet.copied'), 'good');
    } catch (error) {
      this.context.toast(reason(error), 'bad');
    }
  }
}

/** Reports whether the servent could not make sense of a search, so that nobody was asked. @param {Search} search */
function refused(search) {
  return search.error instanceof CallError && search.error.code === 'usage';
}

/** The time of today, or the day. @param {number} when ms */
function sinceWhen(when) {
  const date = new Date(when);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, today ? { timeStyle: 'short' } : { dateStyle: 'medium' }).format(date);
}
