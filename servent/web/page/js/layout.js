// Where the nodes of a graph stand: pure, and without chance, so that one graph has one picture.

/**
 * Places of nodes, each between 0 and 1.
 * @typedef {{x: Float32Array, y: Float32Array}} Places
 * @typedef {'force'|'ring'|'tree'|'grid'|'line'|'star'|'hops'} Shape
 */

/**
 * Places n nodes with links [a0, b0, a1, b1, …]. Of force, it is where they begin:
 * by distance.
 * @param {Shape} shape
 * @param {number} n
 * @param {ArrayLike<number>} links
 * @param {number} [root] of a tree, or whose hops are drawn
 * @returns {Places}
 */
export function place(shape, n, links, root = 0) {
  const nodes = new Neighbours(n, links);
  switch (shape) {
    case 'ring': return ring(n);
    case 'star': return star(n, nodes.hub());
    case 'line': return line(n);
    case 'grid': return grid(n, nodes);
    case 'tree': return tree(n, nodes, root);
    case 'hops': return hops(n, nodes, root);
    default: return unfold(n, nodes);
  }
}

/** Who is linked with whom, as one array and where each node's part begins. */
export class Neighbours {
  /**
   * @param {number} n
   * @param {ArrayLike<number>} links
   */
  constructor(n, links) {
    this.begin = new Int32Array(n + 1);
    this.of = new Int32Array(links.length);
    for (let i = 0; i < links.length; i++) this.begin[links[i] + 1]++;
    for (let v = 0; v < n; v++) this.begin[v + 1] += this.begin[v];
    const next = this.begin.slice();
    for (let i = 0; i < links.length; i++) this.of[next[links[i]]++] = links[i ^ 1];
  }

  /** @param {number} v */
  degree(v) { return this.begin[v + 1] - this.begin[v]; }

  /** The node with the most links. */
  hub() {
    let hub = 0;
    for (let v = 1; v < this.begin.length - 1; v++) if (this.degree(v) > this.degree(hub)) hub = v;
    return hub;
  }

  /**
   * Goes through the graph in breadth from root, then from each node not met.
   * @param {number} root
   * @returns {{order: Int32Array, parent: Int32Array, depth: Int32Array}} depth -1: not linked with root
   */
  walk(root) {
    const n = this.begin.length - 1;
    const order = new Int32Array(n), parent = new Int32Array(n).fill(-1), depth = new Int32Array(n).fill(-1);
    const met = new Uint8Array(n);
    let end = 0;
    for (let k = -1; k < n; k++) {
      const start = k < 0 ? root : k;
      if (start >= n || met[start]) continue;
      let at = end;
      order[end++] = start;
      met[start] = 1;
      if (k < 0) depth[start] = 0;
      for (; at < end; at++) {
        const v = order[at];
        for (let i = this.begin[v]; i < this.begin[v + 1]; i++) {
          const w = this.of[i];
          if (met[w]) continue;
          met[w] = 1;
          parent[w] = v;
          if (depth[v] >= 0) depth[w] = depth[v] + 1;
          order[end++] = w;
        }
      }
    }
    return { order, parent, depth };
  }
}

/**
 * @param {number} n
 * @returns {Places}
 */
function empty(n) { return { x: new Float32Array(n), y: new Float32Array(n) }; }

/**
 * @param {number} n
 * @returns {Places}
 */
function ring(n) {
  const p = empty(n);
  for (let i = 0; i < n; i++) around(p, i, i / n, 0.5);
  return p;
}

/**
 * Puts node i on a circle; turn 0 is at the top, and it goes clockwise.
 * @param {Places} p
 * @param {number} i
 * @param {number} turn
 * @param {number} radius
 */
function around(p, i, turn, radius) {
  p.x[i] = 0.5 + radius * Math.sin(2 * Math.PI * turn);
  p.y[i] = 0.5 - radius * Math.cos(2 * Math.PI * turn);
}

/**
 * @param {number} n
 * @param {number} hub
 * @returns {Places}
 */
function star(n, hub) {
  const p = empty(n);
  for (let i = 0, k = 0; i < n; i++) {
    if (i === hub) around(p, i, 0, 0);
    else around(p, i, k++ / (n - 1), 0.5);
  }
  return p;
}

/**
 * A line turns back where a row is full.
 * @param {number} n
 * @returns {Places}
 */
function line(n) {
  const p = empty(n);
  const row = n <= 30 ? n : Math.ceil(Math.sqrt(n * 2.5)), rows = Math.ceil(n / row);
  for (let i = 0; i < n; i++) {
    const r = Math.floor(i / row), c = i % row;
    p.x[i] = spread(r % 2 ? row - 1 - c : c, row);
    p.y[i] = spread(r, rows);
  }
  return p;
}

/**
 * Where the k-th of n stands between 0 and 1.
 * @param {number} k
 * @param {number} n
 */
function spread(k, n) { return n < 2 ? 0.5 : k / (n - 1); }

/**
 * Nodes of a grid are numbered row by row: the first is linked with the second
 * and with the first one of the second row.
 * @param {number} n
 * @param {Neighbours} nodes
 * @returns {Places}
 */
function grid(n, nodes) {
  let columns = 0;
  for (let i = nodes.begin[0]; i < nodes.begin[1]; i++) columns = Math.max(columns, nodes.of[i]);
  if (columns < 2) return line(n);
  const p = empty(n), rows = Math.ceil(n / columns);
  for (let i = 0; i < n; i++) {
    p.x[i] = spread(i % columns, columns);
    p.y[i] = spread(Math.floor(i / columns), rows);
  }
  return p;
}

/**
 * Leaves stand side by side, and each other node above the middle of its own.
 * @param {number} n
 * @param {Neighbours} nodes
 * @param {number} root
 * @returns {Places}
 */
function tree(n, nodes, root) {
  const p = empty(n), { parent, depth, left, leaves } = shares(nodes, root);
  const deepest = Math.max(1, ...levels(depth));
  for (let v = 0; v < n; v++) {
    p.x[v] = (left.at[v] + left.width[v] / 2) / leaves;
    p.y[v] = parent[v] < 0 && depth[v] < 0 ? 1 : Math.max(0, depth[v]) / deepest;
  }
  return p;
}

/**
 * Each hop has a circle, its nodes evenly on it, turned so that they are near
 * those that they come after.
 * @param {number} n
 * @param {Neighbours} nodes
 * @param {number} root
 * @returns {Places}
 */
function hops(n, nodes, root) {
  const p = empty(n), { order, depth, left, leaves } = shares(nodes, root);
  const deepest = Math.max(1, ...levels(depth)), apart = depth.includes(-1) ? 1 : 0;
  for (const level of levels(depth)) {
    const circle = order.filter((v) => depth[v] === level).sort((a, b) => left.at[a] - left.at[b]);
    const turns = Array.from(circle, (v) => (left.at[v] + left.width[v] / 2) / leaves);
    const shift = turns.reduce((sum, turn, k) => sum + turn - k / circle.length, 0) / circle.length;
    circle.forEach((v, k) => around(p, v, k / circle.length + shift, (level < 0 ? deepest + 1 : level) / (deepest + apart) / 2));
  }
  return p;
}

/**
 * The depths that there are: few, so that they can be spread into a call.
 * @param {Int32Array} depth
 */
function levels(depth) { return new Set(depth); }

/**
 * How many leaves each node of the tree of shortest ways has below it, and where
 * they begin from the left.
 * @param {Neighbours} nodes
 * @param {number} root
 */
function shares(nodes, root) {
  const walk = nodes.walk(root), n = walk.order.length;
  const width = new Float64Array(n), at = new Float64Array(n), used = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const v = walk.order[i], up = walk.parent[v];
    if (width[v] === 0) width[v] = 1;
    if (up >= 0) width[up] += width[v];
  }
  let leaves = 0;
  for (const v of walk.order) {
    const up = walk.parent[v];
    if (up < 0) {
      at[v] = leaves;
      leaves += width[v];
    } else {
      at[v] = at[up] + used[up];
      used[up] += width[v];
    }
  }
  return { ...walk, left: { at, width }, leaves };
}

/**
 * Places nodes by their distances from a few pivots, each as far as can be from
 * those before, as the two directions in which these distances differ most.
 * Source: Harel and Koren, Graph Drawing by High-Dimensional Embedding, 2002.
 * @param {number} n
 * @param {Neighbours} nodes
 * @returns {Places}
 */
function unfold(n, nodes) {
  const axes = distances(n, nodes), first = direction(axes, n, null), second = direction(axes, n, first);
  const p = { x: project(axes, first, n), y: project(axes, second, n) };
  // Nodes alike in all distances would lie upon each other.
  const room = n > 2000 ? 0.15 : 0.6 / Math.sqrt(Math.max(1, n));
  for (let i = 0; i < n; i++) {
    p.x[i] += (hash(2 * i) - 0.5) * room;
    p.y[i] += (hash(2 * i + 1) - 0.5) * room;
  }
  fit(p.x);
  fit(p.y);
  return p;
}

const PIVOTS = 12;

/**
 * @param {number} n
 * @param {Neighbours} nodes
 * @returns {Float32Array[]} the distances from each pivot, their mean being 0
 */
function distances(n, nodes) {
  const nearest = new Int32Array(n).fill(1 << 30), axes = [];
  for (let k = 0, pivot = 0; k < Math.min(PIVOTS, n); k++) {
    const { depth } = nodes.walk(pivot);
    let far = 0;
    for (let v = 0; v < n; v++) if (depth[v] > far) far = depth[v];
    const axis = new Float32Array(n);
    let sum = 0;
    for (let v = 0; v < n; v++) sum += axis[v] = depth[v] < 0 ? far + 2 : depth[v];
    for (let v = 0; v < n; v++) {
      nearest[v] = Math.min(nearest[v], axis[v]);
      axis[v] -= sum / n;
      if (nearest[v] > nearest[pivot]) pivot = v;
    }
    axes.push(axis);
  }
  return axes;
}

/**
 * The direction in which axes differ most, across another one.
 * @param {Float32Array[]} axes
 * @param {number} n
 * @param {number[]|null} across
 * @returns {number[]}
 */
function direction(axes, n, across) {
  const covariance = axes.map((a) => axes.map((b) => {
    let sum = 0;
    for (let v = 0; v < n; v++) sum += a[v] * b[v];
    return sum;
  }));
  let d = axes.map((_, k) => 1 + 0.1 * hash(k));
  for (let round = 0; round < 100; round++) {
    d = covariance.map((row) => dot(row, d));
    if (across) {
      const along = dot(d, across);
      d = d.map((value, k) => value - along * across[k]);
    }
    const length = Math.sqrt(dot(d, d)) || 1;
    d = d.map((value) => value / length);
  }
  return d;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function dot(a, b) { return a.reduce((sum, value, k) => sum + value * b[k], 0); }

/**
 * @param {Float32Array[]} axes
 * @param {number[]} d
 * @param {number} n
 * @returns {Float32Array} between 0 and 1
 */
function project(axes, d, n) {
  const p = new Float32Array(n);
  for (let v = 0; v < n; v++) for (let k = 0; k < axes.length; k++) p[v] += axes[k][v] * d[k];
  return fit(p);
}

/**
 * Stretches values in place to between 0 and 1. Of many, those far out are taken
 * nearer, and half of each place is its rank, so that a dense middle has room.
 * @param {Float32Array} values
 */
export function fit(values) {
  const n = values.length, sorted = values.slice().sort();
  const ends = n > CROWD ? Math.floor(n / 50) : 0, low = sorted[ends], range = sorted[n - 1 - ends] - low;
  for (let i = 0; i < n; i++) values[i] = range > 1e-9 ? (values[i] - low) / range : 0.5;
  if (n <= CROWD) return values;
  const ranks = Int32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  ranks.forEach((i, rank) => { values[i] = (inward(values[i]) + rank / (n - 1)) / 2; });
  return values;
}

/** From so many nodes on, what is far out is taken nearer. */
const CROWD = 200;

/** Keeps 0 to 1 nearly as it is, and lets nothing beyond. @param {number} v */
function inward(v) {
  const rim = 0.08, inner = v < 0 ? -rim * (1 - Math.exp(v / rim)) : v > 1 ? 1 + rim * (1 - Math.exp((1 - v) / rim)) : v;
  return (inner + rim) / (1 + 2 * rim);
}

/**
 * How far nodes are from the nearest other: but for a tenth of them, further.
 * @param {Places} places
 */
export function apart({ x, y }) {
  const order = Int32Array.from(x.keys()).sort((a, b) => x[a] - x[b]), nearest = new Float64Array(x.length).fill(Infinity);
  for (let i = 0; i < order.length; i++) {
    for (let j = i + 1; j < order.length; j++) {
      const a = order[i], b = order[j], d = Math.hypot(x[a] - x[b], y[a] - y[b]);
      if (x[b] - x[a] >= nearest[a]) break;
      nearest[a] = Math.min(nearest[a], d);
      nearest[b] = Math.min(nearest[b], d);
    }
  }
  return nearest.sort()[Math.floor(x.length / 10)] ?? Infinity;
}

/**
 * A number from 0 to 1 that looks drawn, always the same for one i.
 * @param {number} i
 */
export function hash(i) {
  let h = Math.imul(i + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
}
