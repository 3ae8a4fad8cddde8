// A graph too large for its nodes to be seen one by one: how many of them lie
// where, and how far the search has come among them.

import { batches } from './pen.js';

const LEVELS = 4; // shades of how many nodes lie in a square

/**
 * @param {import('./pen.js').Pen} pen
 * @param {{x: Float32Array, y: Float32Array, width: number, height: number, hops: Int16Array}} scene
 * @param {import('./colours.js').Colours} colours
 */
export function drawDensity(pen, scene, colours) {
  const { columns, side, squares } = bins(scene);
  const most = squares.reduce((m, s) => Math.max(m, s.nodes), 1);
  /** @type {Map<string, number[]>} */
  const shades = new Map();
  squares.forEach((square, k) => {
    if (square.nodes === 0) return;
    const level = Math.ceil((LEVELS * Math.log1p(square.nodes)) / Math.log1p(most));
    const hop = square.reached === 0 ? -1 : Math.round(square.hops / square.reached);
    // Of a square that is half reached, the colour is half as strong.
    const part = hop < 0 ? LEVELS : Math.ceil((LEVELS * square.reached) / square.nodes);
    for (const [shade, strength] of /** @type {[number, number][]} */ ([[-1, level], [hop, Math.min(level + 1, part)]])) {
      const key = `${Math.min(shade, colours.hops.length - 1)} ${strength}`;
      const of = shades.get(key);
      if (of) of.push(k);
      else shades.set(key, [k]);
      if (hop < 0) break;
    }
  });
  for (const [key, of] of [...shades].sort(([a], [b]) => parseInt(a) - parseInt(b))) {
    const [hop, strength] = key.split(' ').map(Number);
    pen.fillStyle = hop < 0 ? colours.muted : colours.hops[hop];
    pen.globalAlpha = hop < 0 ? (0.5 * strength) / LEVELS : 0.25 + (0.75 * strength) / LEVELS;
    batches(pen, of, (k) => pen.rect((k % columns) * side, Math.floor(k / columns) * side, side, side), () => pen.fill());
  }
  pen.globalAlpha = 1;
}

/**
 * Counts nodes by squares.
 * @param {{x: Float32Array, y: Float32Array, width: number, height: number, hops: Int16Array}} scene
 */
export function bins({ x, y, width, height, hops }) {
  const side = Math.max(3, Math.sqrt((width * height) / 24000)), columns = Math.ceil(width / side) + 1;
  const squares = Array.from({ length: columns * (Math.ceil(height / side) + 1) }, () => ({ nodes: 0, reached: 0, hops: 0 }));
  for (let i = 0; i < x.length; i++) {
    const square = squares[Math.floor(x[i] / side) + columns * Math.floor(y[i] / side)];
    if (!square || x[i] < 0 || x[i] >= width) continue;
    square.nodes++;
    if (hops[i] < 0) continue;
    square.reached++;
    square.hops += hops[i];
  }
  return { columns, side, squares };
}
