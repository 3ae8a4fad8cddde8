// Nodes push each other away and links pull: what is linked comes near.

import { fit } from './layout.js';

const ROUNDS = 140;
const WIDE = 0.81; // of a cell seen from afar: its width by its distance, squared
const DEEPEST = 20; // levels of cells: nodes nearer than a millionth share one

/**
 * Moves places round by round; pure but for the arrays that it moves. A far
 * group of nodes pushes as one. Sources: Fruchterman and Reingold 1991; Barnes
 * and Hut 1986.
 */
export class Force {
  /**
   * @param {import('./layout.js').Places} places moved in place
   * @param {ArrayLike<number>} links [a0, b0, a1, b1, …]
   * @param {Uint8Array} [fixed] 1: this node stays
   */
  constructor(places, links, fixed) {
    const n = places.x.length;
    this.places = places;
    this.links = links;
    this.fixed = fixed;
    this.round = 0;
    this.length = 0.8 / Math.sqrt(Math.max(1, n));
    this.dx = new Float32Array(n);
    this.dy = new Float32Array(n);
    this.cells = new Cells(n);
  }

  /** Moves all nodes once. @returns {boolean} whether there is more to move */
  step() {
    const n = this.places.x.length;
    if (n < 2 || this.round >= ROUNDS) return false;
    this.push();
    this.pull();
    this.move((0.12 * (ROUNDS - this.round)) / ROUNDS);
    if (++this.round < ROUNDS) return true;
    if (!this.fixed) {
      fit(this.places.x);
      fit(this.places.y);
    }
    return false;
  }

  push() {
    const { x, y } = this.places, strength = this.length * this.length;
    this.cells.build(x, y);
    for (let i = 0; i < x.length; i++) {
      if (this.fixed?.[i]) continue;
      this.cells.push(i, x[i], y[i], strength);
      // A little towards the middle: parts without a link would drift away.
      this.dx[i] = this.cells.fx + (0.5 - x[i]) * this.length;
      this.dy[i] = this.cells.fy + (0.5 - y[i]) * this.length;
    }
  }

  pull() {
    const { x, y } = this.places, { links, dx, dy } = this;
    for (let k = 0; k < links.length; k += 2) {
      const a = links[k], b = links[k + 1], ex = x[b] - x[a], ey = y[b] - y[a];
      const strength = Math.sqrt(ex * ex + ey * ey) / this.length;
      dx[a] += ex * strength;
      dy[a] += ey * strength;
      dx[b] -= ex * strength;
      dy[b] -= ey * strength;
    }
  }

  /** @param {number} most that a node moves */
  move(most) {
    const { x, y } = this.places, { dx, dy, fixed } = this;
    for (let i = 0; i < x.length; i++) {
      if (fixed?.[i]) continue;
      const d = Math.sqrt(dx[i] * dx[i] + dy[i] * dy[i]) || 1, share = Math.min(d, most) / d;
      x[i] += dx[i] * share;
      y[i] += dy[i] * share;
      if (fixed) {
        x[i] = Math.min(1, Math.max(0, x[i]));
        y[i] = Math.min(1, Math.max(0, y[i]));
      }
    }
  }
}

/** Square cells, each cut into four where more than one node is in it. */
class Cells {
  /** @param {number} n nodes */
  constructor(n) {
    const room = 8 * n + 64;
    this.child = new Int32Array(4 * room);
    this.mass = new Float32Array(room);
    this.cx = new Float32Array(room);
    this.cy = new Float32Array(room);
    this.body = new Int32Array(room); // the one node in it, or -1
    this.size = new Float32Array(room);
    this.stack = new Int32Array(4 * DEEPEST + 8);
    this.count = 0;
    this.fx = 0;
    this.fy = 0;
  }

  /**
   * @param {Float32Array} x
   * @param {Float32Array} y
   */
  build(x, y) {
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < x.length; i++) {
      low = Math.min(low, x[i], y[i]);
      high = Math.max(high, x[i], y[i]);
    }
    this.count = 0;
    this.cell(high - low + 1e-6);
    for (let i = 0; i < x.length; i++) this.add(i, x, y, low);
    for (let c = 0; c < this.count; c++) {
      this.cx[c] /= this.mass[c];
      this.cy[c] /= this.mass[c];
    }
  }

  /**
   * @param {number} size
   * @returns {number} an empty cell
   */
  cell(size) {
    const c = this.count++;
    this.child.fill(0, 4 * c, 4 * c + 4);
    this.mass[c] = this.cx[c] = this.cy[c] = 0;
    this.body[c] = -1;
    this.size[c] = size;
    return c;
  }

  /**
   * @param {number} i
   * @param {Float32Array} x
   * @param {Float32Array} y
   * @param {number} low where the first cell begins
   */
  add(i, x, y, low) {
    let c = 0, left = low, top = low;
    for (let depth = 0; ; depth++) {
      const before = this.mass[c]++;
      this.cx[c] += x[i];
      this.cy[c] += y[i];
      if (before === 0) {
        this.body[c] = i;
        return;
      }
      if (depth === DEEPEST || this.count + 2 > this.mass.length) {
        this.body[c] = -1;
        return;
      }
      const half = this.size[c] / 2, other = this.body[c];
      if (other >= 0) {
        this.body[c] = -1;
        const down = this.below(c, x[other], y[other], left, top);
        this.mass[down] = 1;
        this.cx[down] = x[other];
        this.cy[down] = y[other];
        this.body[down] = other;
      }
      const down = this.below(c, x[i], y[i], left, top);
      if (x[i] >= left + half) left += half;
      if (y[i] >= top + half) top += half;
      c = down;
    }
  }

  /**
   * The quarter of c in which a place lies.
   * @param {number} c
   * @param {number} x
   * @param {number} y
   * @param {number} left
   * @param {number} top
   */
  below(c, x, y, left, top) {
    const half = this.size[c] / 2, at = 4 * c + (x >= left + half ? 1 : 0) + (y >= top + half ? 2 : 0);
    if (!this.child[at]) this.child[at] = this.cell(half);
    return this.child[at];
  }

  /**
   * Sums into fx and fy how all others push node i.
   * @param {number} i
   * @param {number} x
   * @param {number} y
   * @param {number} strength
   */
  push(i, x, y, strength) {
    let fx = 0, fy = 0, depth = 1;
    this.stack[0] = 0;
    while (depth > 0) {
      const c = this.stack[--depth];
      if (this.body[c] === i) continue;
      const ex = x - this.cx[c], ey = y - this.cy[c], d = ex * ex + ey * ey + 1e-9;
      const at = 4 * c, leaf = this.body[c] >= 0 || !(this.child[at] | this.child[at + 1] | this.child[at + 2] | this.child[at + 3]);
      if (leaf || this.size[c] * this.size[c] < WIDE * d) {
        const f = (strength * this.mass[c]) / d;
        fx += ex * f;
        fy += ey * f;
        continue;
      }
      for (let q = 0; q < 4; q++) if (this.child[at + q]) this.stack[depth++] = this.child[at + q];
    }
    this.fx = fx;
    this.fy = fy;
  }
}
