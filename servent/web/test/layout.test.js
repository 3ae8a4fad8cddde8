import assert from 'node:assert/strict';
import test from 'node:test';
import { Force } from '../page/js/force.js';
import { Neighbours, apart, place } from '../page/js/layout.js';

/** @param {number} n */
const ring = (n) => Array.from({ length: n }, (_, i) => [i, (i + 1) % n]).flat();

/**
 * @param {number} branching
 * @param {number} levels
 */
function tree(branching, levels) {
  const links = [];
  let next = 1, row = [0];
  for (let d = 1; d < levels; d++) {
    row = row.flatMap((up) => Array.from({ length: branching }, () => (links.push(up, next), next++)));
  }
  return { n: next, links };
}

test('a ring is a circle that begins at the top and goes clockwise', () => {
  const { x, y } = place('ring', 4, ring(4));
  assert.deepEqual([...x].map((v) => Math.round(v * 100)), [50, 100, 50, 0]);
  assert.deepEqual([...y].map((v) => Math.round(v * 100)), [0, 50, 100, 50]);
});

test('a tree has a row for each level, and each node above the middle of its own', () => {
  const { n, links } = tree(3, 4), { x, y } = place('tree', n, links);
  assert.deepEqual([...new Set([...y].map((v) => v.toFixed(3)))], ['0.000', '0.333', '0.667', '1.000']);
  assert.ok(Math.abs(x[0] - 0.5) < 1e-6);
  assert.ok(Math.abs(x[1] - (x[4] + x[5] + x[6]) / 3) < 1e-6);
  for (let i = n - 26; i < n; i++) assert.ok(x[i] > x[i - 1], `leaf ${i} is not to the right of the one before`);
});

test('a grid finds its columns, whichever side is the longer', () => {
  for (const [rows, columns] of [[3, 5], [5, 3], [2, 2]]) {
    const links = [];
    for (let i = 0; i < rows * columns; i++) {
      if ((i + 1) % columns) links.push(i, i + 1);
      if (i + columns < rows * columns) links.push(i, i + columns);
    }
    const { x, y } = place('grid', rows * columns, links);
    assert.equal(new Set([...x].map((v) => v.toFixed(3))).size, columns);
    assert.equal(new Set([...y].map((v) => v.toFixed(3))).size, rows);
  }
});

test('hops puts nodes on circles by their distance from the root', () => {
  const links = ring(12), { x, y } = place('hops', 12, links, 3), { depth } = new Neighbours(12, links).walk(3);
  for (let i = 0; i < 12; i++) assert.ok(Math.abs(Math.hypot(x[i] - 0.5, y[i] - 0.5) - depth[i] / 12) < 1e-5, `node ${i}`);
});

test('a star has its hub in the middle, whichever node it is', () => {
  const { x, y } = place('star', 5, [2, 0, 2, 1, 2, 3, 2, 4]);
  assert.deepEqual([x[2], y[2]], [0.5, 0.5]);
  assert.ok(Math.abs(Math.hypot(x[0] - 0.5, y[0] - 0.5) - 0.5) < 1e-5);
});

test('forces bring what is linked together, stay within 0 and 1, and come out the same each time', () => {
  // Two rings, joined by one link.
  const links = [...ring(20), ...ring(20).map((i) => i + 20), 0, 20];
  const settle = () => {
    const places = place('force', 40, links), force = new Force(places, links);
    while (force.step());
    return places;
  };
  const { x, y } = settle();
  assert.deepEqual(settle(), { x, y });
  for (const v of [...x, ...y]) assert.ok(v >= 0 && v <= 1, String(v));
  const far = (/** @type {number} */ a, /** @type {number} */ b) => Math.hypot(x[a] - x[b], y[a] - y[b]);
  let linked = 0, all = 0;
  for (let k = 0; k < links.length; k += 2) linked += far(links[k], links[k + 1]) / (links.length / 2);
  for (let a = 0; a < 40; a++) for (let b = 0; b < a; b++) all += far(a, b) / 780;
  assert.ok(linked < all / 3, `linked nodes are ${linked} apart, all ${all}`);
});

test('forces leave alone what is fixed', () => {
  const places = { x: Float32Array.of(0.1, 0.9, 0.5), y: Float32Array.of(0.1, 0.9, 0.1) };
  const force = new Force(places, [0, 1, 1, 2], Uint8Array.of(1, 1, 0));
  while (force.step());
  assert.deepEqual([places.x[0], places.y[1]].map((v) => v.toFixed(3)), ['0.100', '0.900']);
  assert.notEqual(places.x[2], 0.5);
});

test('graphs without a link, of one node and of none have places too', () => {
  for (const shape of /** @type {const} */ (['force', 'ring', 'tree', 'grid', 'line', 'star', 'hops'])) {
    for (const n of [0, 1, 2, 5]) {
      const { x, y } = place(shape, n, []);
      assert.equal(x.length, n);
      for (const v of [...x, ...y]) assert.ok(v >= 0 && v <= 1, `${shape} of ${n}: ${v}`);
    }
  }
});

test('apart is the distance of the nearest, but for a tenth', () => {
  const n = 20, x = Float32Array.from({ length: n }, (_, i) => 10 * i), y = new Float32Array(n);
  x[1] = 1; // 0 and 1 lie nearly upon each other
  assert.equal(apart({ x, y }), 10);
});
