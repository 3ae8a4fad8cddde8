// The pictures of a run, one for each strategy, all at the same time.

import { fill, h } from '../dom.js';
import { MOST_NODES, Picture } from '../picture.js';
import { t } from '../words.js';
import { serventName } from './words.js';

/** @typedef {import('../playback.js').Playback} Playback */

/** Shapes of graphs that are drawn as others are. @type {Record<string, import('../layout.js').Shape>} */
const SHAPES = { line: 'line', ring: 'ring', star: 'star', tree: 'tree', complete: 'ring', grid: 'grid' };
/** More messages than these are not seen one by one. */
const MOST_FLIGHTS = 3000;

export class Scenes {
  /** @param {{pick: (i: number) => void, hover: (i: number|null) => void}} told */
  constructor(told) {
    this.told = told;
    this.element = h('div', { class: 'lab-scenes' });
    /** @type {Picture[]} */
    this.pictures = [];
    /** @type {HTMLElement[]} */
    this.captions = [];
    /** @type {Playback|null} */
    this.playback = null;
    this.shape = '';
    this.shown = '';
    this.picked = -1;
  }

  destroy() {
    for (const picture of this.pictures) picture.destroy();
    this.pictures = [];
  }

  /**
   * @param {Playback} playback
   * @param {string} shape that the reader wants; empty: that of the graph
   */
  load(playback, shape) {
    const { run } = playback, names = run.searches.map((/** @type {any} */ s) => s.strategy).join();
    this.playback = playback;
    if (names !== this.shown || !this.pictures.length) this.build(run);
    this.shown = names;
    const source = shape === 'hops' ? run.source : 0;
    const wanted = /** @type {import('../layout.js').Shape} */ (shape || SHAPES[run.graph.shape] || 'force');
    // The same graph again stays as it stands.
    const drawn = `${wanted} ${source} ${run.graph.nodes} ${run.graph.edges.length} ${run.network} ${hashOf(run.graph.edges)} ${names}`;
    if (drawn === this.shape) return;
    this.shape = drawn;
    const nodes = Array.from({ length: run.graph.nodes }, (_, i) => ({ id: i, label: serventName(run, i) }));
    for (const picture of this.pictures) picture.setGraph({ nodes, links: run.graph.edges }, wanted, source);
  }

  /** @param {any} run */
  build(run) {
    this.destroy();
    this.shape = '';
    const figures = run.searches.map((/** @type {any} */ search) => {
      const canvas = h('canvas', {}), caption = h('figcaption', {});
      this.captions.push(caption);
      return { figure: h('figure', {}, caption, canvas), canvas, label: t('lab.picture', { strategy: search.strategy || run.network }) };
    });
    this.captions = figures.map((/** @type {any} */ f) => f.figure.firstChild);
    fill(this.element, figures.map((/** @type {any} */ f) => f.figure));
    this.element.dataset.count = String(figures.length);
    this.pictures = figures.map((/** @type {any} */ f) => new Picture(f.canvas, {
      label: f.label, onPick: (i) => this.told.pick(i), onHover: (i) => this.told.hover(i),
    }));
  }

  /** @param {number} time */
  show(time) {
    const { playback } = this;
    if (!playback) return;
    const { run } = playback, holders = new Set(run.holders);
    const mark = (/** @type {number} */ i) => {
      if (playback.away(i, time)) return 'dead';
      if (i === run.source) return 'source';
      return i === this.picked ? 'self' : holders.has(i) ? 'holder' : '';
    };
    this.pictures.forEach((picture, k) => {
      const track = playback.tracks[k], c = track.counters(time);
      picture.paint({ colour: (i) => track.hop(i, time), mark, link: run.graph.nodes > MOST_NODES ? undefined : (link) => track.link(link, time) });
      picture.fly(run.searches[k].events ? track.flights.at(time, MOST_FLIGHTS) : []);
      const { strategy, events } = run.searches[k];
      const caption = t(events ? 'lab.caption' : 'lab.caption.reached', { strategy, reached: c.reached, messages: c.messages });
      if (this.captions[k].textContent !== caption) this.captions[k].textContent = caption;
    });
  }
}

/**
 * Tells graphs apart that are as large.
 * @param {ArrayLike<number>} edges
 */
function hashOf(edges) {
  let hash = 0;
  for (let k = 0; k < edges.length; k++) hash = (Math.imul(hash, 31) + edges[k]) | 0;
  return hash;
}
