// A plot that grows while what it is of goes on: steps over time, one line for
// each search, as SVG.

import { fill, h, svg } from './dom.js';

/**
 * @typedef {{name: string, value: (t: number) => number}} Series
 * @typedef {{title: string, xLabel: string, end: number, top: number, series: Series[], number: (n: number) => string, whole: boolean}} Content
 */

const WIDTH = 420, HEIGHT = 190, LEFT = 48, RIGHT = 56, TOP = 14, BOTTOM = 34;
/** Told apart without colours too. */
const DASHES = ['', '7 4', '2 3'], SERIES = ['--c0', '--c4', '--c2'];

export class Plot {
  constructor() {
    this.element = svg('svg', { class: 'plot', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' });
    this.key = h('ul', { class: 'plot-key', hidden: true });
    /** @type {Content|null} */
    this.content = null;
    /** @type {{line: SVGElement, dot: SVGElement, label: SVGElement}[]} */
    this.lines = [];
  }

  /** Draws the frame of something new. @param {Content} content */
  load(content) {
    this.content = content;
    const { title, xLabel, end, top, number } = content;
    const marks = ticks(top).map((n) => [
      svg('line', { class: 'plot-grid', x1: LEFT, x2: WIDTH - RIGHT, y1: this.y(n), y2: this.y(n) }),
      svg('text', { class: 'plot-text', x: LEFT - 6, y: this.y(n) + 4, 'text-anchor': 'end' }, number(n)),
    ]);
    const times = ticks(end).map((n) => svg('text', { class: 'plot-text', x: this.x(n), y: HEIGHT - BOTTOM + 15, 'text-anchor': 'middle' }, number(n)));
    this.lines = content.series.map((_, k) => this.line(k));
    this.key.hidden = content.series.length < 2;
    fill(this.key, content.series.map(({ name }, k) => h('li', {}, sample(k), name)));
    this.now = svg('line', { class: 'plot-now', y1: TOP, y2: HEIGHT - BOTTOM });
    fill(this.element, svg('title', {}, title), marks.flat(), times,
      svg('text', { class: 'plot-text', x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, 'text-anchor': 'middle' }, xLabel),
      this.now, this.lines.flatMap(({ line, dot, label }) => [line, dot, label]));
  }

  /** @param {number} k */
  line(k) {
    const line = stroke(k), dot = svg('circle', { r: 4 }), label = svg('text', { class: 'plot-value' });
    dot.style.fill = `var(${SERIES[k % 3]})`;
    return { line, dot, label };
  }

  /** Draws up to a time. @param {number} t */
  show(t) {
    const { content } = this;
    if (!content) return;
    const said = content.series.map(({ name, value }, k) => {
      const { line, dot, label } = this.lines[k], last = value(t);
      line.setAttribute('d', this.steps(value, t));
      dot.setAttribute('cx', String(this.x(t)));
      dot.setAttribute('cy', String(this.y(last)));
      label.setAttribute('x', String(Math.min(this.x(t) + 8, WIDTH - RIGHT + 8)));
      label.textContent = content.number(last);
      return `${name}: ${content.number(last)}`;
    });
    this.spread(content.series.map(({ value }) => this.y(value(t))));
    this.now?.setAttribute('x1', String(this.x(t)));
    this.now?.setAttribute('x2', String(this.x(t)));
    this.element.setAttribute('aria-label', `${content.title}. ${said.join(', ')}`);
  }

  /** Puts values beside the ends of their lines, none upon another. @param {number[]} heights */
  spread(heights) {
    const order = heights.map((_, k) => k).sort((a, b) => heights[a] - heights[b]);
    /** @type {number[]} */
    const places = [];
    for (const k of order) places.push(Math.max(heights[k] + 4, (places.at(-1) ?? -Infinity) + 14));
    let most = HEIGHT - BOTTOM;
    for (let place = places.length - 1; place >= 0; place--) {
      most = Math.min(places[place], most);
      this.lines[order[place]].label.setAttribute('y', String(most));
      most -= 14;
    }
  }

  /**
   * @param {(t: number) => number} value
   * @param {number} until
   */
  steps(value, until) {
    const content = /** @type {Content} */ (this.content);
    // Whole hops are few; else a point for each pixel tells all there is to see.
    const count = Math.max(1, content.whole && content.end <= 200 ? Math.floor(until + 1e-9) : Math.ceil(this.x(until) - LEFT));
    const width = content.whole && content.end <= 200 ? 1 : (until || 0) / count;
    let path = `M${this.x(0)} ${this.y(value(0))}`;
    for (let k = 1; k <= count; k++) {
      const t = Math.min(until, k * width);
      path += `H${this.x(t).toFixed(1)}V${this.y(value(t)).toFixed(1)}`;
    }
    return `${path}H${this.x(until).toFixed(1)}`;
  }

  /** @param {number} t */
  x(t) { return LEFT + ((WIDTH - LEFT - RIGHT) * t) / (this.content?.end || 1); }

  /** @param {number} n */
  y(n) { return HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * n) / (this.content?.top || 1); }
}

/** @param {number} k which of the series */
function stroke(k) {
  const line = svg('path', { class: 'plot-line', fill: 'none', 'stroke-dasharray': DASHES[k % 3] });
  line.style.stroke = `var(${SERIES[k % 3]})`;
  return line;
}

/** @param {number} k which of the series */
function sample(k) {
  const line = stroke(k);
  line.setAttribute('d', 'M0 6H32');
  return svg('svg', { class: 'plot-sample', viewBox: '0 0 32 12', 'aria-hidden': 'true' }, line);
}

/**
 * About four round numbers from 0 to an end.
 * @param {number} end
 */
export function ticks(end) {
  if (!(end > 0)) return [0];
  const rough = end / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough) ?? rough;
  const all = [];
  for (let k = 0; k * step <= end * (1 + 1e-9); k++) all.push(Number((k * step).toPrecision(12)));
  return all;
}
