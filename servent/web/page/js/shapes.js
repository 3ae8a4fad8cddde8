// Messages under way: each kind has a shape and a colour of its own, each end of
// one a sign.

import { batches } from './pen.js';

/** @typedef {import('./pen.js').Pen} Pen */

/**
 * A message under way. Progress goes from 0 to 1; what is left of one that died
 * fades up to 1.5.
 * @typedef {{from: number, to: number, kind: string, fate: ''|'duplicate'|'lost'|'dropped', progress: number}} Flight
 */

/** The kinds that have a shape; all others look like a pong. */
export const KINDS = ['query', 'hit', 'push', 'walker', 'ping', 'pong', 'bye'];

/**
 * Corners as steps along the way and across it, of size 1.
 * @type {Record<string, number[][]>}
 */
const CORNERS = {
  query: [[1.1, 0], [-0.8, 0.95], [-0.8, -0.95]],
  push: [[0.85, 0.85], [-0.85, 0.85], [-0.85, -0.85], [0.85, -0.85]],
  walker: [[1.15, 0], [0, 0.8], [-1.15, 0], [0, -0.8]],
  pong: [[1, 0], [0.5, 0.87], [-0.5, 0.87], [-1, 0], [-0.5, -0.87], [0.5, -0.87]],
  bye: [[1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35],
    [-1, -0.35], [-0.35, -0.35], [-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35]],
};

/**
 * Adds a message's outline to the path, going the way (ux, uy).
 * @param {Pen} pen
 * @param {string} kind
 * @param {number} x
 * @param {number} y
 * @param {number} ux
 * @param {number} uy
 * @param {number} size half of its width
 */
export function outline(pen, kind, x, y, ux, uy, size) {
  if (kind === 'hit' || kind === 'ping') {
    const r = kind === 'hit' ? size : 0.6 * size;
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  const corners = CORNERS[kind] ?? CORNERS.pong;
  for (let i = 0; i < corners.length; i++) {
    const a = corners[i][0] * size, b = corners[i][1] * size, px = x + a * ux - b * uy, py = y + a * uy + b * ux;
    if (i === 0) pen.moveTo(px, py);
    else pen.lineTo(px, py);
  }
  pen.closePath();
}

/**
 * Adds a cross to the path.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} size half of its width
 */
export function cross(pen, x, y, size) {
  pen.moveTo(x - size, y - size);
  pen.lineTo(x + size, y + size);
  pen.moveTo(x - size, y + size);
  pen.lineTo(x + size, y - size);
}

/** From here on a duplicate shrinks, and a lost message stops. */
const DIES = 0.72, LOST = 0.5;

/**
 * Draws messages between nodes at (x, y).
 * @param {Pen} pen
 * @param {Flight[]} flights
 * @param {{x: Float32Array, y: Float32Array, radius: number, size: number}} nodes
 * @param {import('./colours.js').Colours} colours
 */
export function drawFlights(pen, flights, nodes, colours) {
  /** @type {Map<string, Flight[]>} */
  const kinds = new Map();
  for (const f of flights) {
    const kind = colours.kinds[f.kind] ? f.kind : 'pong';
    const of = kinds.get(kind);
    if (of) of.push(f);
    else kinds.set(kind, [f]);
  }
  for (const [kind, of] of kinds) {
    pen.fillStyle = colours.kinds[kind];
    pen.strokeStyle = colours.paper;
    pen.lineWidth = Math.max(0.6, nodes.size / 6);
    batches(pen, of, (f) => body(pen, kind, f, nodes), () => {
      pen.fill();
      if (of.length <= MOST_OUTLINED) pen.stroke();
    });
  }
  ends(pen, flights, nodes, colours);
}

/** Outlines of more messages than these would only blur. */
const MOST_OUTLINED = 600;

const spot = { x: 0, y: 0, ux: 0, uy: 0 };

/**
 * Where a message is: from the rim of one node to that of the other, a little to
 * the right of the link, so that two that meet pass each other.
 * @param {Flight} f
 * @param {{x: Float32Array, y: Float32Array, radius: number, size: number}} nodes
 * @param {number} progress
 */
function locate(f, nodes, progress) {
  const x0 = nodes.x[f.from], y0 = nodes.y[f.from], ex = nodes.x[f.to] - x0, ey = nodes.y[f.to] - y0;
  const length = Math.sqrt(ex * ex + ey * ey) || 1, rim = Math.min(nodes.radius + nodes.size * 0.5, length / 3);
  const at = rim + progress * (length - 2 * rim), aside = 0.7 * nodes.size;
  spot.ux = ex / length;
  spot.uy = ey / length;
  spot.x = x0 + spot.ux * at - spot.uy * aside;
  spot.y = y0 + spot.uy * at + spot.ux * aside;
}

/**
 * @param {Pen} pen
 * @param {string} kind
 * @param {Flight} f
 * @param {{x: Float32Array, y: Float32Array, radius: number, size: number}} nodes
 */
function body(pen, kind, f, nodes) {
  if (f.progress > (f.fate === 'lost' ? LOST : 1)) return;
  const dying = f.fate === 'duplicate' || f.fate === 'dropped' ? Math.max(0, (f.progress - DIES) / (1 - DIES)) : 0;
  locate(f, nodes, f.progress);
  outline(pen, kind, spot.x, spot.y, spot.ux, spot.uy, nodes.size * (1 - dying));
}

/**
 * The signs of those that come to nothing: a cross for a duplicate, a bar for
 * what was dropped, an empty circle for what was lost on the way.
 * @param {Pen} pen
 * @param {Flight[]} flights
 * @param {{x: Float32Array, y: Float32Array, radius: number, size: number}} nodes
 * @param {import('./colours.js').Colours} colours
 */
function ends(pen, flights, nodes, colours) {
  const dying = flights.filter((f) => f.fate !== '' && f.progress > (f.fate === 'lost' ? LOST : DIES));
  pen.strokeStyle = colours.ink;
  pen.lineWidth = Math.max(1.2, nodes.size / 3.5);
  for (let left = FADES; left > 0; left--) {
    pen.globalAlpha = left / FADES;
    const alike = dying.filter((f) => Math.ceil(Math.min(1, 3 - 2 * f.progress) * FADES) === left);
    batches(pen, alike, (f) => end(pen, f, nodes), () => pen.stroke());
  }
  pen.globalAlpha = 1;
}

const FADES = 4;

/**
 * Adds the sign of one to the path.
 * @param {Pen} pen
 * @param {Flight} f
 * @param {{x: Float32Array, y: Float32Array, radius: number, size: number}} nodes
 */
function end(pen, f, nodes) {
  const begins = f.fate === 'lost' ? LOST : DIES, size = nodes.size * 0.9 * Math.min(1, (f.progress - begins) / (1 - begins));
  locate(f, nodes, f.fate === 'lost' ? LOST : 1);
  if (f.fate === 'duplicate') cross(pen, spot.x, spot.y, size);
  else if (f.fate === 'lost') {
    pen.moveTo(spot.x + size, spot.y);
    pen.arc(spot.x, spot.y, size, 0, 2 * Math.PI);
  } else {
    pen.moveTo(spot.x - spot.uy * size, spot.y + spot.ux * size);
    pen.lineTo(spot.x + spot.uy * size, spot.y - spot.ux * size);
  }
}
