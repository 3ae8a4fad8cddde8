// The lab: floods and walks on networks in memory, watched hop by hop.

import { call } from '../calls.js';
import { copy } from '../copy.js';
import { fill, h } from '../dom.js';
import { aborted, inWords } from '../errors.js';
import { number } from '../format.js';
import { icon } from '../icons.js';
import { typing } from '../keys.js';
import { addressOf, commandOf, requestOf } from '../lab/address.js';
import { Compute } from '../lab/compute.js';
import { Counters } from '../lab/counters.js';
import { countersCSV, save } from '../lab/exports.js';
import { legend } from '../lab/legend.js';
import { Lessons } from '../lab/lessons.js';
import { NodePanel } from '../lab/node.js';
import { Scenes } from '../lab/scenes.js';
import { Settings } from '../lab/settings.js';
import { Traces } from '../lab/traces.js';
import { Transport } from '../lab/transport.js';
import { account, clock, serventName, whereabouts } from '../lab/words.js';
import { Playback } from '../playback.js';
import { Plot } from '../plot.js';
import { plotPNG, plotSVG } from '../plotfile.js';
import { recall, remember } from '../store.js';
import { learn, t } from '../words.js';
import { writeTrace } from '../trace.js';

/** What the lab shows who comes for the first time. */
const FIRST = { topology: 'ring:12', ttl: 3, seed: 1, strategies: ['flood'] };
const ARRANGEMENTS = ['', 'force', 'hops', 'ring', 'tree'];
/** @type {[keys: string[], name: string][]} */
const KEYS = [[['k'], 'play'], [['.'], 'step'], [[','], 'back'], [['Home', 'End'], 'ends'], [['<', '>'], 'speed'], [['f'], 'full'],
  [['←', '→', '↑', '↓'], 'move'], [['Enter'], 'pick'], [['0…9'], 'number']];
/** After so long a pause a node's tables are asked for. */
const LOOKS = 250;

/** @param {HTMLElement} root @param {import('../main.js').Context} context */
export function open(root, context) {
  void learn('network'); // why messages are dropped
  const lab = new Lab(root, context);
  return { close: () => lab.close() };
}

class Lab {
  /**
   * @param {HTMLElement} root
   * @param {import('../main.js').Context} context
   */
  constructor(root, context) {
    this.context = context;
    /** @type {Playback|null} */
    this.playback = null;
    /** @type {any} of the run that is shown; null: it is one of a trace */
    this.request = null;
    /** @type {any[]} */
    this.actions = [];
    this.picked = -1;
    /** @type {number|null} the servent under the pointer, or the cursor */
    this.under = null;
    this.timer = 0;
    this.calls = new AbortController();
    this.settings = new Settings((request) => this.run(request, 0, true));
    this.lessons = new Lessons((request) => this.ask(request, true));
    this.transport = new Transport({ show: (time) => this.show(time), stopped: (time) => this.stopped(time) });
    this.scenes = new Scenes({ pick: (i) => this.pick(i), hover: (i) => this.hover(i) });
    this.counters = new Counters();
    this.coverage = new Plot();
    this.cost = new Plot();
    this.compute = new Compute(() => this.settings.request(), () => this.keepAddress());
    this.node = new NodePanel({
      search: (i) => this.searchFrom(i), act: (i, deed) => this.act(i, deed), close: () => this.pick(-1), request: () => this.request,
    });
    this.traces = new Traces((run, name) => this.replay(run, name), (text) => context.toast(text, 'bad'));
    this.build(root);
    context.help(KEYS.map(([keys, name]) => [keys, t(`lab.keys.${name}`)]));
    this.begin(context.address);
  }

  /** @param {HTMLElement} root */
  build(root) {
    this.side = h('div', { class: 'lab-side card' });
    this.tabs = ['settings', 'lessons'].map((name) => h('button', { type: 'button', class: 'chip', click: () => this.beside(name) }, t(`lab.${name}`)));
    this.panels = [this.settings.element, this.lessons.element];
    fill(this.side, h('div', { class: 'chips', role: 'group', 'aria-label': t('lab.beside') }, this.tabs), this.panels);
    this.arrangement = h('select', { change: () => this.redraw() }, ARRANGEMENTS.map((name) => h('option', { value: name }, t(`lab.arrangement.${name || 'own'}`))));
    this.number = h('input', { type: 'text', inputmode: 'numeric', size: 4, autocomplete: 'off' });
    this.hovered = h('span', { class: 'faint small lab-hovered' });
    this.events = h('ul', { class: 'chips lab-actions', 'aria-label': t('lab.actions') });
    this.note = h('p', { class: 'notice', role: 'status', hidden: true });
    this.full = h('button', { type: 'button', class: 'button plain', hidden: !document.fullscreenEnabled, click: () => this.fullScreen() }, t('lab.full'));
    const tools = h('div', { class: 'row lab-tools' },
      h('label', { class: 'lab-inline' }, t('lab.arrangement'), this.arrangement),
      h('form', { class: 'lab-inline', submit: (/** @type {Event} */ e) => this.typed(e) }, h('label', { class: 'lab-inline' }, t('lab.node.number'), this.number),
        h('button', { class: 'button plain small' }, t('lab.node.show'))),
      this.hovered, this.full);
    this.stage = h('section', { class: 'lab-stage stack', 'aria-label': t('lab.stage') },
      this.note, tools, this.scenes.element, this.transport.element, legend(), this.events);
    const plots = h('section', { class: 'card lab-plots', 'aria-label': t('lab.plots') }, this.plot('coverage', this.coverage, 'reached'), this.plot('cost', this.cost, 'messages'));
    const below = h('div', { class: 'lab-below stack' }, this.node.element, this.counters.element, plots, this.compute.element, this.files());
    this.element = h('div', { class: 'lab' }, h('h1', { class: 'unseen' }, t('tab.lab')), this.side, this.stage, below);
    fill(root, this.element);
    root.classList.add('lab-main');
    addEventListener('hashchange', this.moved = () => { if (location.hash === '#lab') this.keepAddress(); });
    document.addEventListener('fullscreenchange', this.fulled = () => this.projector());
    document.addEventListener('keydown', this.keyed = (/** @type {KeyboardEvent} */ e) => this.key(e));
    this.beside('settings');
  }

  /**
   * A plot, and the files that can be made of it.
   * @param {string} name
   * @param {Plot} plot
   * @param {'reached'|'messages'} counter
   */
  plot(name, plot, counter) {
    const title = t(`lab.${name}`);
    const button = (/** @type {string} */ kind, /** @type {string} */ type, /** @type {() => string|Blob|Promise<Blob>} */ make) => h('button', {
      type: 'button', class: 'button quiet small', 'aria-label': t('lab.plot.as', { what: title, kind }), title: t('lab.plot.as', { what: title, kind }),
      click: async () => { if (this.playback) save(`lab-${name}.${kind.toLowerCase()}`, type, await make()); },
    }, kind);
    return h('figure', {}, h('figcaption', {}, title), plot.element, plot.key, h('div', { class: 'chips' },
      button('SVG', 'image/svg+xml', () => plotSVG(plot)), button('PNG', 'image/png', () => plotPNG(plot)),
      button('CSV', 'text/csv', () => countersCSV(/** @type {Playback} */ (this.playback), [counter]))));
  }

  /** What can be taken home, and brought back. */
  files() {
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) => h('button', { type: 'button', class: 'button plain small', click: act }, t(key));
    return h('section', { class: 'card stack', 'aria-labelledby': 'lab-files' }, h('h2', { id: 'lab-files' }, t('lab.files')),
      h('div', { class: 'chips' }, button('lab.csv', () => this.playback && save('lab.csv', 'text/csv', countersCSV(this.playback))),
        button('lab.svg', () => this.pictures('svg')), button('lab.png', () => this.pictures('png')), button('lab.trace', () => this.saveTrace()),
        button('lab.address', () => this.hand(location.href)), button('lab.command', () => this.hand(commandOf(this.shared())))),
      this.traces.element);
  }

  close() {
    this.calls.abort();
    clearTimeout(this.timer);
    for (const part of [this.transport, this.scenes, this.node, this.compute, this.lessons]) part.destroy();
    removeEventListener('hashchange', /** @type {() => void} */ (this.moved));
    document.removeEventListener('fullscreenchange', /** @type {() => void} */ (this.fulled));
    document.removeEventListener('keydown', /** @type {(e: KeyboardEvent) => void} */ (this.keyed));
    this.element?.parentElement?.classList.remove('lab-main');
    if (document.fullscreenElement) document.exitFullscreen();
    delete document.documentElement.dataset.projector;
  }

  /** @param {string} name */
  beside(name) {
    const lessons = name === 'lessons';
    this.tabs?.forEach((tab, k) => tab.setAttribute('aria-pressed', String((k === 1) === lessons)));
    if (this.panels) [this.panels[0].hidden, this.panels[1].hidden] = [lessons, !lessons];
    if (lessons) this.lessons.load();
  }

  /** Shows what the address says, or else what was shown the last time. @param {string} address */
  async begin(address) {
    const said = requestOf(address), mine = this.calls, name = said.graph_name;
    if (!name) {
      this.ask(address ? { ...FIRST, ...said } : recall('lab.request', FIRST), true);
      return;
    }
    // An address has no room for a graph: the servent that was begun with one has it.
    const file = await call('GET', '/api/lab/graph', undefined, mine.signal).catch(() => null);
    if (this.calls !== mine || mine.signal.aborted) return;
    const found = file?.name === name;
    this.settings.show({ ...said, graph: found ? file.text : '', graph_name: name });
    this.compute.show(said);
    if (found) this.run(this.settings.request(), 0, true);
    else this.settings.fail(t('lab.graph.absent', { name }));
  }

  /** What can be handed on: both forms. */
  shared() {
    const { graph, actions, ...rest } = this.request ?? this.settings.request();
    return { ...rest, ...this.compute.typed() };
  }

  /** Has the address say what is shown. */
  keepAddress() {
    if (location.hash !== '' && !/^#lab(\/|$)/.test(location.hash)) return; // another tab is coming
    history.replaceState(null, '', this.request ? `#lab/${addressOf(this.shared())}` : '#lab');
  }

  /** @param {string} text to the clipboard */
  async hand(text) {
    try {
      await copy(text);
      this.context.toast(t('lab.copied', { text: text.length > 120 ? `${text.slice(0, 119)}…` : text }), 'good');
    } catch {
      this.context.toast(t('copy.failed'), 'bad');
    }
  }

  /**
   * Fills in the form, and plays.
   * @param {any} request
   * @param {boolean} [whole] the form of many searches too
   */
  ask(request, whole) {
    const { actions, ...rest } = request;
    if (whole) this.compute.show(rest);
    this.actions = actions ?? [];
    this.settings.show(rest);
    this.run({ ...this.settings.request() }, 0, false);
  }

  /**
   * @param {any} request
   * @param {number} time to be shown
   * @param {boolean} anew forget what was done to servents
   */
  async run(request, time, anew) {
    this.calls.abort();
    const mine = this.calls = new AbortController();
    if (anew) this.actions = [];
    const whole = { ...request, actions: this.actions.length ? this.actions : undefined };
    this.element?.setAttribute('aria-busy', 'true');
    try {
      const run = await call('POST', '/api/lab', whole, mine.signal);
      run.actions = whole.actions ?? [];
      this.request = whole;
      if (!whole.graph) remember('lab.request', { ...this.shared() });
      this.keepAddress();
      this.load(run, time);
    } catch (error) {
      if (!aborted(error)) this.settings.fail(inWords(error));
    } finally {
      if (this.calls === mine) this.element?.setAttribute('aria-busy', 'false');
    }
  }

  /** @param {any} run @param {string} name of the file */
  replay(run, name) {
    this.calls.abort();
    this.request = null;
    this.actions = [];
    this.keepAddress();
    this.load(run, 0);
    this.say(t('lab.replays', { name }));
  }

  /** @param {any} run @param {number} time */
  load(run, time) {
    const playback = this.playback = new Playback(run);
    if (this.picked >= run.graph.nodes) this.picked = -1;
    this.under = null;
    this.say(run.cut ? t('lab.cut') : '');
    this.scenes.picked = this.picked;
    this.scenes.load(playback, this.arrangement?.value ?? '');
    this.counters.load(playback);
    const plot = (/** @type {Plot} */ of, /** @type {'reached'|'messages'} */ counter, /** @type {number} */ top) => of.load({
      title: t(counter === 'reached' ? 'lab.coverage' : 'lab.cost'), xLabel: t(playback.synchronous ? 'lab.axis.hops' : 'lab.axis.time'),
      end: playback.end, top, number, whole: playback.synchronous,
      series: playback.tracks.map((track, k) => ({ name: run.searches[k].strategy, value: (at) => track.counters(at)[counter] })),
    });
    plot(this.coverage, 'reached', run.graph.nodes - 1);
    if (this.cost.element.parentElement) this.cost.element.parentElement.hidden = Boolean(run.cut);
    plot(this.cost, 'messages', Math.max(1, ...playback.tracks.map((track) => track.counters(playback.end).messages)));
    this.listActions();
    this.transport.load(playback, time);
  }

  redraw() {
    if (!this.playback) return;
    this.scenes.load(this.playback, this.arrangement?.value ?? '');
    this.scenes.show(this.transport.time);
  }

  /** Says something above the picture. @param {string} text */
  say(text) {
    if (!this.note) return;
    this.note.hidden = text === '';
    this.note.textContent = text;
  }

  /** @param {number} time */
  show(time) {
    this.scenes.show(time);
    this.counters.show(time);
    this.coverage.show(time);
    this.cost.show(time);
  }

  /** @param {number} time */
  stopped(time) {
    if (!this.playback) return;
    this.counters.stopped(time);
    this.hover(this.under);
    this.context.announce(account(this.playback, time));
    this.look();
  }

  /** Shows the picked servent, and asks for its tables where time stays. */
  look() {
    clearTimeout(this.timer);
    const { playback, transport } = this;
    if (!playback) return;
    this.node.show(this.picked, playback, transport.time);
    if (this.picked >= 0) this.timer = window.setTimeout(() => !transport.playing && this.node.look(playback, transport.time), LOOKS);
  }

  /** @param {number} i */
  pick(i) {
    this.picked = this.scenes.picked = i;
    this.scenes.show(this.transport.time);
    this.look();
    if (i >= 0 && this.playback) this.context.announce(t('lab.node.title', { name: serventName(this.playback.run, i) }));
  }

  /** @param {number|null} i */
  hover(i) {
    const { playback } = this, moved = i !== this.under;
    if (!playback || !this.hovered) return;
    this.under = i;
    const said = i === null ? '' : whereabouts(playback, i, this.transport.time);
    this.hovered.textContent = said;
    if (said && moved && document.activeElement instanceof HTMLCanvasElement) this.context.announce(said);
  }

  /** @param {Event} e */
  typed(e) {
    e.preventDefault();
    if (!this.playback || !this.number) return;
    const { run } = this.playback, name = this.number.value.trim();
    const i = run.graph.labels ? run.graph.labels.indexOf(name) : Number(name);
    if (name !== '' && Number.isInteger(i) && i >= 0 && i < run.graph.nodes) this.pick(i);
    else this.context.toast(t('lab.node.none', { name: name.slice(0, 40) }), 'warn');
  }

  /** Who is gone stays so. @param {number} source */
  searchFrom(source) { this.ask({ ...this.request, source, actions: this.actions.map((action) => ({ ...action, at_ms: -1 })) }); }

  /** @param {number} node @param {'leave'|'fail'|'join'} deed */
  act(node, deed) {
    // After all that is seen at this time; nothing has begun at its very start.
    const at = this.transport.time;
    this.actions = [...this.actions, { at_ms: at > 0 ? at + 1e-6 : -1, node, do: deed }].sort((a, b) => a.at_ms - b.at_ms);
    this.run(this.request, at > 0 ? at + 1e-6 : 0, false);
  }

  listActions() {
    const { playback, actions } = this;
    if (!playback || !this.events) return;
    fill(this.events, actions.map((action, k) => {
      const when = action.at_ms < 0 ? t('lab.done.before') : clock(playback, action.at_ms);
      const what = t(`lab.done.${action.do}`, { name: serventName(playback.run, action.node), when });
      return h('li', { class: 'chip' }, what, h('button', { type: 'button', class: 'button quiet small round', 'aria-label': t('lab.undo', { what }), click: () => {
        this.actions = actions.filter((_, other) => other !== k);
        this.run(this.request, this.transport.time, false);
      } }, icon('close')));
    }));
    this.events.hidden = actions.length === 0;
  }

  /** @param {'svg'|'png'} kind */
  async pictures(kind) {
    for (const [k, picture] of this.scenes.pictures.entries()) {
      const name = `lab${this.scenes.pictures.length > 1 ? `-${k + 1}` : ''}.${kind}`;
      save(name, kind === 'svg' ? 'image/svg+xml' : 'image/png', kind === 'svg' ? picture.toSVG() : await picture.toPNG());
    }
  }

  saveTrace() {
    const { playback } = this;
    if (!playback) return;
    if (playback.run.searches.some((/** @type {any} */ s) => !s.events)) this.context.toast(t('lab.trace.none'), 'warn');
    else save('lab.trace', 'application/jsonl', writeTrace(playback.run, this.request ?? playback.run.header ?? {}));
  }

  /** @param {KeyboardEvent} e */
  key(e) {
    const plain = !e.defaultPrevented && !e.ctrlKey && !e.metaKey && !e.altKey && !typing(e);
    if (plain && e.key === 'f' && !document.querySelector('dialog[open]')) this.fullScreen();
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  }

  /** Large type where the whole screen is the lab's. */
  projector() {
    const on = Boolean(document.fullscreenElement);
    if (on) document.documentElement.dataset.projector = '';
    else delete document.documentElement.dataset.projector;
    if (this.full) this.full.textContent = t(on ? 'lab.full.leave' : 'lab.full');
  }
}
