// Draws a graph, with a canvas's context or for SVG.

import { inkOn } from './colours.js';
import { batches } from './pen.js';
import { cross } from './shapes.js';

/** @typedef {import('./pen.js').Pen} Pen */
/** @typedef {import('./colours.js').Colours} Colours */

/**
 * A graph as it is drawn: places in pixels; marks and looks of links as numbers,
 * see MARKS and LOOKS; hops -1: not reached.
 * @typedef {{x: Float32Array, y: Float32Array, links: ArrayLike<number>, labels: string[], radius: number, size: number,
 *   width: number, height: number, hops: Int16Array, marks: Uint8Array, looks: Uint8Array, cursor: number}} Scene
 */

export const MARKS = ['', 'source', 'holder', 'dead', 'self'];
export const LOOKS = ['', 'used', 'reverse'];
const SOURCE = 1, HOLDER = 2, DEAD = 3, SELF = 4, USED = 1, REVERSE = 2;

/**
 * Draws all links alike: they change less often than what is on them.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Colours} colours
 */
export function drawLinks(pen, scene, colours) {
  const count = scene.links.length / 2;
  pen.strokeStyle = colours.link;
  pen.lineWidth = count > 1500 ? 0.6 : Math.max(1, scene.radius / 8);
  pen.globalAlpha = count > 1500 ? 0.6 : 1;
  batches(pen, Int32Array.from({ length: count }, (_, k) => k), (k) => along(pen, scene, k), () => pen.stroke());
  pen.globalAlpha = 1;
}

/**
 * Draws the links that messages have crossed, and the way back of hits.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Colours} colours
 */
export function drawWays(pen, scene, colours) {
  for (const [look, colour, width, dash] of /** @type {[number, string, number, number[]][]} */ ([
    [USED, colours.muted, Math.max(1, scene.radius / 6), []],
    [REVERSE, colours.kinds.hit, Math.max(2, scene.radius / 3), [3 * scene.size, scene.size]],
  ])) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.globalAlpha = look === USED && scene.looks.length > MANY ? 0.35 : 1;
    /** @type {number[]} */
    const links = [];
    scene.looks.forEach((is, k) => { if (is === look) links.push(k); });
    batches(pen, links, (k) => along(pen, scene, k), () => pen.stroke());
  }
  pen.setLineDash([]);
}

/** Of so many links, those that were crossed are drawn lightly: they would hide the rest. */
const MANY = 400;

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {number} k a link
 */
function along(pen, scene, k) {
  const a = scene.links[2 * k], b = scene.links[2 * k + 1];
  pen.moveTo(scene.x[a], scene.y[a]);
  pen.lineTo(scene.x[b], scene.y[b]);
}

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Colours} colours
 */
export function drawNodes(pen, scene, colours) {
  const { radius, hops, marks } = scene, last = colours.hops.length - 1;
  /** @type {number[][]} */
  const groups = Array.from({ length: last + 2 }, () => []);
  for (let i = 0; i < hops.length; i++) if (marks[i] !== DEAD) groups[Math.min(hops[i], last) + 1].push(i);
  pen.lineWidth = Math.max(0.8, radius / 8);
  groups.forEach((group, g) => {
    pen.fillStyle = g === 0 ? colours.paper : colours.hops[g - 1];
    pen.strokeStyle = g === 0 ? colours.muted : colours.ink;
    batches(pen, group, (i) => node(pen, scene, i, radius), () => {
      pen.fill();
      pen.stroke();
    });
  });
  drawMarks(pen, scene, colours);
  if (radius >= LABELLED || scene.labels.length <= MOST_NAMED) drawLabels(pen, scene, colours);
  if (scene.cursor >= 0) ring(pen, scene, scene.cursor, 1.55, colours.focus, [radius / 3, radius / 4]);
}

/**
 * Adds a node to the path: a square where what is asked for is held.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {number} i
 * @param {number} r
 */
function node(pen, scene, i, r) {
  const x = scene.x[i], y = scene.y[i];
  if (scene.marks[i] === HOLDER) {
    pen.rect(x - r, y - r, 2 * r, 2 * r);
    return;
  }
  pen.moveTo(x + r, y);
  pen.arc(x, y, r, 0, 2 * Math.PI);
}

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Colours} colours
 */
function drawMarks(pen, scene, colours) {
  const { radius, marks } = scene;
  for (let i = 0; i < marks.length; i++) {
    if (marks[i] === SOURCE) ring(pen, scene, i, 1.35, colours.ink, []);
    if (marks[i] === SELF) {
      ring(pen, scene, i, 1.3, colours.focus, []);
      ring(pen, scene, i, 1.6, colours.focus, []);
    }
    if (marks[i] !== DEAD) continue;
    pen.fillStyle = colours.paper;
    pen.beginPath();
    node(pen, scene, i, radius);
    pen.fill();
    ring(pen, scene, i, 1, colours.muted, [radius / 3, radius / 3]);
    pen.strokeStyle = colours.muted;
    pen.lineWidth = Math.max(1.2, radius / 5);
    pen.beginPath();
    cross(pen, scene.x[i], scene.y[i], 0.6 * radius);
    pen.stroke();
  }
}

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {number} i
 * @param {number} times of the node's own radius
 * @param {string} colour
 * @param {number[]} dash
 */
function ring(pen, scene, i, times, colour, dash) {
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1.2, scene.radius / 6);
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(scene.x[i] + scene.radius * times, scene.y[i]);
  pen.arc(scene.x[i], scene.y[i], scene.radius * times, 0, 2 * Math.PI);
  pen.stroke();
  pen.setLineDash([]);
}

/** From this radius on a node has room for its label; so many have it at any. */
const LABELLED = 8, MOST_NAMED = 40;
/** So many characters find room inside a node. */
const INSIDE = 4;

/**
 * Short labels stand inside, names and those of who is gone below, the hop as a small number beside.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Colours} colours
 */
function drawLabels(pen, scene, colours) {
  const { radius, labels, hops, marks } = scene, last = colours.hops.length - 1;
  const family = `px ${colours.font}`, inks = colours.hops.map(inkOn);
  /** @type {Box[]} */
  const boxes = []; // of names
  pen.textBaseline = 'middle';
  for (let i = 0; i < labels.length; i++) {
    if (marks[i] !== DEAD && labels[i].length <= INSIDE && radius >= LABELLED) {
      pen.textAlign = 'center';
      pen.font = Math.min(1.1 * radius, (2.6 * radius) / Math.max(2, labels[i].length)) + family;
      pen.fillStyle = hops[i] < 0 ? colours.ink : inks[Math.min(hops[i], last)];
      pen.fillText(labels[i], scene.x[i], scene.y[i]);
    } else nameBelow(pen, scene, i, colours, boxes);
    if (hops[i] <= 0 || radius < 1.3 * LABELLED || marks[i] === DEAD) continue;
    pen.textAlign = 'start';
    pen.font = Math.max(0.75 * colours.rem, 0.7 * radius) + family;
    pen.fillStyle = colours.ink;
    const aside = (marks[i] === SELF ? 1.5 : 1.05) * radius; // beyond its rings
    pen.fillText(String(hops[i]), scene.x[i] + aside, scene.y[i] - aside);
  }
}

/** @typedef {{x: number, y: number, half: number, size: number}} Box of a name: its middle, half of its width, its height */

/**
 * Writes a name below its node, on a ground of its own, where all of it is in the
 * picture; not across another, for then neither could be read.
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {number} i
 * @param {Colours} colours
 * @param {Box[]} boxes of the names so far
 */
function nameBelow(pen, scene, i, colours, boxes) {
  const name = cut(scene.labels[i]), size = Math.max(0.8 * colours.rem, 0.75 * scene.radius), half = Math.min(0.3 * size * name.length, scene.width / 2);
  const x = Math.max(half, Math.min(scene.width - half, scene.x[i]));
  const away = scene.radius * ({ [SELF]: 1.6, [SOURCE]: 1.35 }[scene.marks[i]] ?? 1) + 0.9 * size; // beyond its rings
  const low = scene.y[i] + away, y = low + size / 2 > scene.height ? scene.y[i] - away : low;
  if (boxes.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < (box.size + size) / 2)) return;
  boxes.push({ x, y, half, size });
  pen.fillStyle = colours.paper;
  pen.globalAlpha = 0.8;
  pen.beginPath();
  pen.rect(x - half, y - size / 2, 2 * half, size);
  pen.fill();
  pen.globalAlpha = 1;
  pen.textAlign = 'center';
  pen.font = `${size}px ${colours.font}`;
  pen.fillStyle = colours.ink;
  pen.fillText(name, x, y);
}

/** @param {string} label */
function cut(label) {
  const letters = [...label];
  return letters.length > 18 ? letters.slice(0, 17).join('') + '…' : label;
}
