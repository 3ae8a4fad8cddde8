// A graph on a canvas, with the messages under way in it.

import { LOOKS, MARKS, drawLinks, drawNodes, drawWays } from './brush.js';
import { coloursAt } from './colours.js';
import { drawDensity } from './density.js';
import { Force } from './force.js';
import { apart, fit, hash, place } from './layout.js';
import { SvgPen } from './pen.js';
import { Picker } from './pick.js';
import { drawFlights } from './shapes.js';

/** @typedef {import('./shapes.js').Flight} Flight */
/** @typedef {import('./layout.js').Shape} Shape */

/**
 * A graph: links are pairs of indices of nodes, as pairs or one after the other.
 * x and y, between 0 and 1, where a node has its place already.
 * @typedef {{nodes: {id: string|number, label?: string, x?: number, y?: number}[], links: number[][]|ArrayLike<number>}} Graph
 */

/** More nodes than these are drawn as density. */
export const MOST_NODES = 2000;
/** How many times as long as it is wide a shape may be drawn, to use the canvas; most: 1.9.
 * @type {Record<string, number>} */
const LONGEST = { tree: Infinity, line: Infinity, force: 3.2 };

export class Picture {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{label: string, onPick?: (id: any) => void, onHover?: (id: any) => void}} options
   *   onHover is told null where no node is meant any more
   */
  constructor(canvas, { label, onPick, onHover }) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.base = document.createElement('canvas'); // the links, drawn once
    this.label = label;
    this.onPick = onPick;
    this.onHover = onHover;
    /** @type {any[]} */
    this.ids = [];
    /** @type {import('./layout.js').Places} */
    this.places = { x: new Float32Array(0), y: new Float32Array(0) };
    /** @type {Force|null} */
    this.force = null;
    /** @type {Shape} */
    this.shape = 'force';
    this.view = { zoom: 1, x: 0, y: 0 };
    this.ratio = 1;
    this.colours = coloursAt(canvas);
    this.scene = emptyScene();
    /** @type {Flight[]} */
    this.flights = [];
    this.frame = 0;
    this.stale = true; // the base
    this.ending = new AbortController();
    this.listen();
    this.resize();
  }

  listen() {
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', this.label);
    this.picker = new Picker(canvas, {
      places: () => this.scene, labels: () => this.scene.labels, cursor: () => this.scene.cursor,
      move: (i) => this.moveCursor(i), choose: (i) => this.onPick?.(this.ids[i]),
      zoom: (times, x, y) => this.zoom(times, x, y), pan: (dx, dy) => this.pan(dx, dy), whole: () => this.whole(),
    });
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(canvas);
    this.themes = new MutationObserver(() => this.resize());
    this.themes.observe(document.documentElement, { attributes: true });
    this.scheme = matchMedia('(prefers-color-scheme: dark)');
    this.scheme.addEventListener('change', () => this.resize(), { signal: this.ending.signal });
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.picker?.destroy();
    this.sizes?.disconnect();
    this.themes?.disconnect();
    this.ending.abort();
    this.force = null;
  }

  /**
   * Shows a graph. Nodes whose ids were there keep their places.
   * @param {Graph} graph
   * @param {Shape} [shape]
   * @param {number} [root] index of the top of a tree, of the middle of hops
   */
  setGraph(graph, shape = 'force', root = 0) {
    const n = graph.nodes.length, links = flat(graph.links);
    const known = new Map(this.ids.map((id, i) => [id, i]));
    const old = this.places, kept = graph.nodes.map((node) => known.get(node.id) ?? -1);
    const same = shape === this.shape && shape === 'force' && kept.filter((i) => i >= 0).length * 2 > n;
    this.shape = shape;
    this.ids = graph.nodes.map((node) => node.id);
    this.force = null;
    if (same) this.keep(old, kept, links);
    else if (shape === 'force') this.begin(n, links);
    else this.places = place(shape, n, links, root);
    graph.nodes.forEach((node, i) => {
      if (node.x !== undefined) this.places.x[i] = node.x;
      if (node.y !== undefined) this.places.y[i] = node.y;
    });
    this.scene = { ...emptyScene(), links, labels: graph.nodes.map((node) => node.label ?? String(node.id)),
      x: new Float32Array(n), y: new Float32Array(n),
      hops: new Int16Array(n).fill(-1), marks: new Uint8Array(n), looks: new Uint8Array(links.length / 2) };
    this.flights = [];
    this.view = { zoom: 1, x: 0, y: 0 };
    this.resize();
  }

  /**
   * @param {number} n
   * @param {ArrayLike<number>} links
   */
  begin(n, links) {
    this.places = place('force', n, links);
    if (n > MOST_NODES) return;
    this.force = new Force(this.places, links);
    if (n <= SETTLED_AT_ONCE || still()) this.settle(Infinity);
  }

  /**
   * Keeps the places of nodes that were there, and finds some for the others
   * beside their neighbours.
   * @param {import('./layout.js').Places} old
   * @param {number[]} kept
   * @param {ArrayLike<number>} links
   */
  keep(old, kept, links) {
    const n = kept.length, x = new Float32Array(n), y = new Float32Array(n);
    const fixed = Uint8Array.from(kept, (i) => (i >= 0 ? 1 : 0)), met = new Float32Array(n);
    kept.forEach((from, i) => { if (from >= 0) [x[i], y[i]] = [old.x[from], old.y[from]]; });
    for (let k = 0; k < links.length; k++) {
      const a = links[k], b = links[k ^ 1];
      if (fixed[a] || !fixed[b]) continue;
      met[a]++;
      x[a] += (x[b] - x[a]) / met[a];
      y[a] += (y[b] - y[a]) / met[a];
    }
    for (let i = 0; i < n; i++) {
      if (fixed[i]) continue;
      x[i] = (met[i] ? x[i] : 0.5) + 0.1 * (hash(2 * i) - 0.5);
      y[i] = (met[i] ? y[i] : 0.5) + 0.1 * (hash(2 * i + 1) - 0.5);
    }
    this.places = { x, y };
    this.force = new Force(this.places, links, fixed);
    this.settle(Infinity);
  }

  /** Moves nodes towards their places. @param {number} time in ms, at most */
  settle(time) {
    const until = performance.now() + time;
    while (this.force) {
      if (!this.force.step()) this.force = null;
      if (performance.now() > until) break;
    }
  }

  /**
   * Says how nodes and links look from now on.
   * @param {{colour?: (i: number) => number, mark?: (i: number) => string, link?: (k: number) => string}} look
   */
  paint({ colour, mark, link }) {
    const { hops, marks, looks } = this.scene;
    for (let i = 0; i < hops.length; i++) {
      if (colour) hops[i] = colour(i);
      if (mark) marks[i] = Math.max(0, MARKS.indexOf(mark(i)));
    }
    if (link) for (let k = 0; k < looks.length; k++) looks[k] = Math.max(0, LOOKS.indexOf(link(k)));
    this.ask();
  }

  /** Shows messages under way in place of those before. @param {Flight[]} flights */
  fly(flights) {
    this.flights = flights;
    this.ask();
  }

  /** Takes the canvas's size, and the page's colours. */
  resize() {
    const { canvas } = this;
    this.ratio = Math.min(3, window.devicePixelRatio || 1);
    this.scene.width = canvas.clientWidth;
    this.scene.height = canvas.clientHeight;
    const width = Math.round(this.scene.width * this.ratio), height = Math.round(this.scene.height * this.ratio);
    const cleared = canvas.width !== width || canvas.height !== height;
    if (cleared) Object.assign(canvas, { width, height });
    this.colours = coloursAt(canvas);
    this.project();
    if (cleared) this.draw(); // before anybody sees it empty
    else this.ask();
  }

  /** Places, as pixels. */
  project() {
    const { scene, view, colours } = this, n = scene.x.length, { width, height } = scene;
    const large = colours.rem / 16;
    scene.radius = Math.min(18 * large, Math.max(2.2, 0.26 * Math.sqrt((width * height) / Math.max(1, n)))) * Math.sqrt(view.zoom);
    if (n > MOST_NODES) scene.radius = 2;
    // While nodes still look for their places, what there is fills the picture.
    const places = this.force ? { x: fit(this.places.x.slice()), y: fit(this.places.y.slice()) } : this.places;
    const rim = scene.radius * 1.7 + 6, long = LONGEST[this.shape] ?? 1.9;
    const w = Math.min(width, long * height) - 2 * rim, h = Math.min(height, long * width) - 2 * rim;
    for (let i = 0; i < n; i++) {
      scene.x[i] = (width / 2 + (places.x[i] - 0.5) * w) * view.zoom + view.x;
      scene.y[i] = (height / 2 + (places.y[i] - 0.5) * h) * view.zoom + view.y;
    }
    if (n <= MOST_NODES) scene.radius = Math.max(3, Math.min(scene.radius, 0.45 * apart(scene)));
    scene.size = Math.min(9 * large, Math.max(2.6, 0.6 * scene.radius));
    this.stale = true;
  }

  ask() { this.frame ||= requestAnimationFrame(() => this.draw()); }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.force) {
      this.settle(SETTLING);
      this.project();
      this.ask();
    }
    const { context, scene, ratio, colours } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (scene.x.length <= MOST_NODES) {
      if (this.stale) this.drawBase();
      if (this.base.width && this.base.height) context.drawImage(this.base, 0, 0);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawOn(context);
    drawFlights(context, this.flights, scene, colours);
  }

  drawBase() {
    this.stale = false;
    this.base.width = this.canvas.width;
    this.base.height = this.canvas.height;
    const context = /** @type {CanvasRenderingContext2D} */ (this.base.getContext('2d'));
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    drawLinks(context, this.scene, this.colours);
  }

  /** Draws all but the plain links and the messages. @param {import('./pen.js').Pen} pen */
  drawOn(pen) {
    if (this.scene.x.length > MOST_NODES) {
      drawDensity(pen, this.scene, this.colours);
      return;
    }
    drawWays(pen, this.scene, this.colours);
    drawNodes(pen, this.scene, this.colours);
  }

  /** Draws the whole picture. @param {import('./pen.js').Pen} pen */
  drawAll(pen) {
    const { scene, colours } = this;
    pen.fillStyle = colours.paper;
    pen.beginPath();
    pen.rect(0, 0, scene.width, scene.height);
    pen.fill();
    if (scene.x.length <= MOST_NODES) drawLinks(pen, scene, colours);
    this.drawOn(pen);
    drawFlights(pen, this.flights, scene, colours);
  }

  /** @returns {string} the picture as a file */
  toSVG() {
    const pen = new SvgPen(this.scene.width, this.scene.height);
    this.drawAll(pen);
    return pen.toString(this.label);
  }

  /** @returns {Promise<Blob>} the picture, with twice as many pixels as on the page */
  toPNG() {
    const canvas = document.createElement('canvas');
    canvas.width = 2 * this.scene.width;
    canvas.height = 2 * this.scene.height;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.scale(2, 2);
    this.drawAll(context);
    return new Promise((done, fail) => {
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png');
    });
  }

  /** @param {number} i or -1 */
  moveCursor(i) {
    if (i === this.scene.cursor) return;
    this.scene.cursor = i;
    this.onHover?.(i < 0 ? null : this.ids[i]);
    this.ask();
  }

  /**
   * @param {number} times
   * @param {number} x which stays where it is; not a number: the middle
   * @param {number} y
   */
  zoom(times, x, y) {
    const { view, scene } = this, zoom = Math.min(12, Math.max(1, view.zoom * times)), by = zoom / view.zoom;
    const cx = Number.isNaN(x) ? scene.width / 2 : x, cy = Number.isNaN(y) ? scene.height / 2 : y;
    this.view = { zoom, x: cx - (cx - view.x) * by, y: cy - (cy - view.y) * by };
    this.pan(0, 0);
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    const { view, scene } = this;
    view.x = Math.min(0, Math.max(scene.width * (1 - view.zoom), view.x + dx));
    view.y = Math.min(0, Math.max(scene.height * (1 - view.zoom), view.y + dy));
    this.canvas.style.touchAction = view.zoom > 1 ? 'none' : '';
    this.project();
    this.ask();
  }

  whole() {
    this.view = { zoom: 1, x: 0, y: 0 };
    this.pan(0, 0);
  }
}

/** Graphs of so many nodes find their places before they are shown. */
const SETTLED_AT_ONCE = 300;
/** How much of a frame others spend on it, in ms. */
const SETTLING = 8;

/** Whether the reader wants no movement. */
export function still() { return matchMedia('(prefers-reduced-motion: reduce)').matches; }

/**
 * @param {number[][]|ArrayLike<number>} links
 * @returns {ArrayLike<number>}
 */
function flat(links) {
  return Array.isArray(links) && Array.isArray(links[0]) ? Int32Array.from(links.flat()) : /** @type {ArrayLike<number>} */ (links);
}

/** @returns {import('./brush.js').Scene} */
function emptyScene() {
  return { x: new Float32Array(0), y: new Float32Array(0), links: [], labels: [], radius: 1, size: 1, width: 0, height: 0,
    hops: new Int16Array(0), marks: new Uint8Array(0), looks: new Uint8Array(0), cursor: -1 };
}
