// The real class: the overlay as its servents tell of it, and each search played
// over it.

import { call } from '../calls.js';
import { ClassSearches, classTrace, graphOf, runOf } from '../class/searches.js';
import { joinPanel } from '../class/join.js';
import { listSearches, listServents, searchTable, showServent } from '../class/lists.js';
import { h, fill } from '../dom.js';
import { reason } from '../errors.js';
import { number } from '../format.js';
import { save } from '../lab/exports.js';
import { legend } from '../lab/legend.js';
import { Transport } from '../lab/transport.js';
import { plain } from '../names.js';
import { Picture, still } from '../picture.js';
import { Playback } from '../playback.js';
import { learn, t } from '../words.js';

/** @typedef {import('../class/searches.js').ClassSearch} ClassSearch */
/** @typedef {import('../class/lists.js').OverlayNode} OverlayNode */
/** @typedef {{nodes: OverlayNode[], links: string[][]}} Overlay */

/** The silence after which a search is told of whole, in ms: two messages of a servent, and the way. */
const SETTLED = 600;

/** @param {HTMLElement} root @param {import('../types.js').Context} context @returns {import('../types.js').Tab} */
export function open(root, context) {
  const tab = new ClassTab(root, context);
  // The player and the legend are the lab's.
  Promise.all([learn('lab'), call('GET', '/api/overlay')]).then(([, overlay]) => tab.begin(overlay), (error) => tab.fail(error));
  return { close: () => tab.close() };
}

class ClassTab {
  /** @param {HTMLElement} root @param {import('../types.js').Context} context */
  constructor(root, context) {
    this.root = root;
    this.context = context;
    this.ending = new AbortController();
    /** @type {(() => void)[]} */
    this.offs = [];
    /** @type {Overlay} */
    this.overlay = { nodes: [], links: [] };
    this.network = '';
    this.searches = new ClassSearches();
    /** @type {ClassSearch | null} */
    this.current = null;
    /** @type {Playback | null} */
    this.playback = null;
    /** @type {Set<ClassSearch>} that are not told of whole yet */
    this.fresh = new Set();
    /** @type {Map<string, string>} names of those that were seen, who may be gone */
    this.known = new Map();
    this.remembered = true; // what comes first was before
    this.live = true;
    this.picked = '';
    this.drawn = '';
    this.listing = 0;
  }

  close() {
    this.ending.abort();
    this.offs.forEach((off) => off());
    clearInterval(this.watch);
    cancelAnimationFrame(this.listing);
    this.transport?.destroy();
    this.picture?.destroy();
    this.root.classList.remove('class-main');
    delete document.documentElement.dataset.projector;
  }

  /** @param {unknown} error */
  fail(error) {
    if (!this.ending.signal.aborted) fill(this.root, h('div', { class: 'empty' }, h('h1', {}, t('tab.class')), h('p', {}, reason(error))));
  }

  /** @param {Overlay & {tracing: boolean, network: string}} overlay */
  begin(overlay) {
    if (this.ending.signal.aborted) return;
    if (!overlay.tracing) {
      fill(this.root, h('h1', { class: 'unseen' }, t('tab.class')), h('div', { class: 'empty' }, h('h2', {}, t('class.off')), h('p', {}, t('class.off.how')),
        h('p', {}, h('code', {}, 'servent up --trace')), h('p', { class: 'small' }, t('class.off.what'))));
      return;
    }
    this.network = overlay.network;
    this.build();
    this.take(overlay);
    this.follow();
  }

  build() {
    const { signal } = this.ending;
    const canvas = h('canvas', { class: 'class-canvas' });
    this.counts = h('p', { class: 'class-counts', role: 'status', 'aria-live': 'polite' });
    this.caption = h('figcaption', {});
    this.transport = new Transport({ show: (time) => this.paint(time), stopped: (time) => this.paint(time) });
    this.transport.element.inert = true; // it keeps its place, so that nothing jumps when a search comes
    const follow = h('input', { type: 'checkbox', checked: true, change: () => { this.live = follow.checked; } });
    this.full = h('button', { type: 'button', class: 'button plain', click: () => this.fullScreen() }, t('lab.full'));
    this.servents = h('div', { class: 'scroll class-list' });
    this.servent = h('section', { class: 'card class-servent', hidden: true, 'aria-live': 'polite' });
    const { table, body } = searchTable();
    this.rows = body;
    this.none = h('p', { class: 'faint' }, t('class.searches.none'), ' ', h('a', { href: '#search' }, t('class.searches.begin')));
    this.keep = h('button', { type: 'button', class: 'button plain small', click: () => this.saveTrace() }, t('class.save'));
    this.table = table;
    fill(this.root, h('h1', { class: 'unseen' }, t('tab.class')),
      h('div', { class: 'class' },
        h('section', { class: 'stack class-stage', 'aria-label': t('class.stage') },
          h('div', { class: 'row' }, h('div', { class: 'grow' }, this.counts), h('label', { class: 'choice' }, follow, t('class.live')), this.full),
          h('figure', { class: 'class-figure' }, this.caption, canvas), this.transport.element, legend()),
        h('div', { class: 'stack class-side' }, joinPanel(), this.servent,
          h('section', { class: 'card' }, h('h2', {}, t('class.servents')), this.servents)),
        h('section', { class: 'card class-below' }, h('div', { class: 'row' }, h('h2', { class: 'grow' }, t('class.searches')), this.keep), this.none, h('div', { class: 'scroll' }, table))));
    this.picture = new Picture(canvas, { label: t('class.picture'), onPick: (peer) => this.pick(peer), onHover: (peer) => this.hover(peer) });
    this.root.classList.add('class-main');
    document.addEventListener('fullscreenchange', () => this.projector(), { signal });
    document.addEventListener('keydown', (e) => this.key(e), { signal });
    this.context.help([[['k'], t('lab.play')], [[','], t('lab.back')], [['.'], t('lab.step')], [['f'], t('lab.full')]]);
    this.list();
  }

  follow() {
    const { context } = this;
    this.offs.push(context.on('overlay', (event) => this.take(event)));
    this.offs.push(context.on('trace', (event) => this.trace(event)));
    this.watch = setInterval(() => this.settle(), 200);
    setTimeout(() => { this.remembered = false; this.list(); }, 1500);
  }

  /** @param {Overlay} overlay */
  take(overlay) {
    const before = this.overlay.nodes.length;
    this.overlay = overlay;
    if (!this.draw()) this.paint(this.transport?.time ?? 0); // who is gone may be in the graph of the search
    this.count();
    listServents(this.servents, overlay.nodes, { name: (peer) => this.name(peer), pick: (peer) => this.pick(peer) });
    if (this.picked) this.tell(this.picked);
    if (before && before !== overlay.nodes.length) this.list();
  }

  /** @param {{events: import('../class/searches.js').TracedEvent[], lost: number}} event */
  trace({ events }) {
    for (const search of this.searches.take(events, performance.now(), this.overlay.nodes.length - 1)) if (search.number > 0) this.fresh.add(search);
    this.list();
  }

  /** Plays the searches of which nothing more is told. */
  settle() {
    const now = performance.now();
    for (const search of this.fresh) {
      if (now - search.heard < SETTLED) continue;
      this.fresh.delete(search);
      if (!this.remembered) this.context.announce(this.account(search));
      if (search === this.current) this.load(search, this.transport?.time ?? 0);
      else if (this.live && !(this.transport?.playing && !this.remembered)) this.play(search, !this.remembered);
      this.list();
    }
  }

  /** @param {ClassSearch} search @param {boolean} [moving] */
  play(search, moving = true) {
    this.current = search;
    this.load(search, 0);
    if (moving && !still()) this.transport?.toggle();
    else if (this.playback) this.transport?.seek(this.playback.end);
    this.list();
    if (this.picked) this.tell(this.picked);
  }

  /** @param {ClassSearch} search @param {number} time */
  load(search, time) {
    const playing = this.transport?.playing;
    this.draw();
    const graph = /** @type {import('../class/searches.js').ClassGraph} */ (this.graph);
    this.playback = new Playback(runOf(search, graph, graph.peers.map((peer) => this.name(peer))));
    if (this.transport) {
      this.transport.element.inert = false;
      this.transport.load(this.playback, time);
      if (playing && time < this.playback.end) this.transport.toggle();
    }
    if (this.caption) this.caption.textContent = plain(this.account(search));
  }

  /** Shows the overlay, as a graph that changes only when it must: reports whether it did. */
  draw() {
    const graph = graphOf(this.overlay, this.current);
    const names = graph.peers.map((peer) => this.name(peer));
    const sign = JSON.stringify([names, graph.peers, graph.edges]);
    if (sign === this.drawn) return false;
    this.drawn = sign;
    this.graph = graph;
    this.picture?.setGraph({ nodes: graph.peers.map((id, i) => ({ id, label: plain(names[i], 40) })), links: graph.edges });
    if (this.current && this.playback) {
      this.playback = null;
      this.load(this.current, this.transport?.time ?? 0);
    } else this.paint(0);
    return true;
  }

  /** @param {number} time */
  paint(time) {
    const { graph, playback, picture } = this;
    if (!graph || !picture) return;
    const here = new Map(this.overlay.nodes.map((node) => [node.peer, node]));
    const track = playback?.tracks[0];
    picture.paint({
      colour: (i) => track?.hop(i, time) ?? -1,
      mark: (i) => (!here.has(graph.peers[i]) ? 'dead' : track && playback?.run.source === i ? 'source' : here.get(graph.peers[i])?.self ? 'self' : ''),
      link: (k) => track?.link(k, time) ?? '',
    });
    picture.fly(track ? track.flights.at(time, 1000) : []);
  }

  /** @param {string} peer */
  name(peer) {
    const name = this.overlay.nodes.find((node) => node.peer === peer)?.name || this.known.get(peer);
    if (name) this.known.set(peer, name);
    return name || `…${peer.slice(-6)}`;
  }

  /** @param {ClassSearch} s */
  account(s) {
    const words = s.words || t('class.searches.untold');
    const reached = t('class.account.reached', { n: s.reached.size, of: s.among });
    return t('class.account', { who: this.name(s.source), words, did: [reached, t('class.account.messages', { n: s.messages }),
      t('class.account.duplicates', { n: s.duplicates }), t('class.account.hits', { n: s.hits })].join(', ') });
  }

  count() {
    const { nodes, links } = this.overlay;
    const text = `${t('class.counts.servents', { n: nodes.length })}, ${t('class.counts.links', { n: links.length })}`;
    if (this.counts && this.counts.textContent !== text) this.counts.textContent = text;
  }

  list() {
    this.listing ||= requestAnimationFrame(() => {
      this.listing = 0;
      const all = this.searches.list();
      if (!this.rows || !this.table || !this.none || !this.keep) return;
      this.none.hidden = all.length > 0 || this.remembered;
      this.table.hidden = this.keep.hidden = all.length === 0;
      listSearches(this.rows, all, { name: (peer) => this.name(peer), current: this.current, play: (s) => this.play(s) });
    });
  }

  /** @param {string | null} peer */
  hover(peer) {
    if (peer && document.activeElement instanceof HTMLCanvasElement) this.context.announce(this.name(peer));
  }

  /** @param {string} peer */
  pick(peer) {
    this.picked = peer;
    this.tell(peer);
  }

  /** @param {string} peer */
  tell(peer) {
    const neighbours = this.overlay.links.filter((link) => link.includes(peer)).map(([a, b]) => (a === peer ? b : a));
    if (this.servent) showServent(this.servent, peer, this.overlay.nodes.find((node) => node.peer === peer), neighbours, this.current, (other) => this.name(other));
  }

  saveTrace() {
    const all = this.searches.list().reverse();
    // Two of one name are told apart.
    const names = new Map(), taken = new Set();
    const name = (/** @type {string} */ peer) => {
      if (!names.has(peer)) names.set(peer, taken.has(this.name(peer)) ? `${this.name(peer)} ${peer.slice(-6)}` : this.name(peer));
      taken.add(names.get(peer));
      return names.get(peer);
    };
    save('class.trace', 'application/jsonl', classTrace(this.network, all, name));
  }

  /** @param {KeyboardEvent} e */
  key(e) {
    const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
    if (e.key === 'f' && !typing && !e.defaultPrevented && !e.ctrlKey && !e.metaKey && !e.altKey && !document.querySelector('dialog[open]')) this.fullScreen();
  }

  fullScreen() {
    if (document.fullscreenElement) void document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  }

  projector() {
    const on = Boolean(document.fullscreenElement);
    if (on) document.documentElement.dataset.projector = '';
    else delete document.documentElement.dataset.projector;
    if (this.full) this.full.textContent = t(on ? 'lab.full.leave' : 'lab.full');
  }
}
