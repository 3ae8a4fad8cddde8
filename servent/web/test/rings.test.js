import test from 'node:test';
import assert from 'node:assert/strict';
import { radius, rings } from '../page/js/rings.js';

const peer = (name, hops, via = name) => ({ peer: name, hops, via, addrs: [], files: 0, kib: 0, ago: 0, linked: hops === 1 });

test('each servent stands on the ring of its hops', () => {
  const { rings: outermost, placed } = rings([peer('a', 1), peer('b', 1), peer('c', 2, 'a'), peer('d', 3, 'a'), peer('e', 2, 'gone')]);
  assert.equal(outermost, 3);
  assert.ok(radius(1, 3) < radius(2, 3) && radius(3, 3) === 1);
  assert.equal(placed.length, 5);
  for (const { peer: { peer: name, hops }, x, y } of placed) assert.ok(Math.abs(Math.hypot(x, y) - radius(hops, 3)) < 1e-9, name);
});

test('no two stand in one place, and those behind a neighbour are in its sector', () => {
  const peers = [peer('a', 1), peer('b', 1), peer('c', 1)];
  for (let i = 0; i < 60; i++) peers.push(peer(`p${i}`, 2 + (i % 2), 'abc'[i % 3]));
  const { placed } = rings(peers);
  assert.equal(new Set(placed.map(({ x, y }) => `${x.toFixed(6)} ${y.toFixed(6)}`)).size, peers.length);
  const turn = ({ x, y }) => (Math.atan2(y, x) / (2 * Math.PI) + 1.25) % 1;
  for (const { peer: p, x, y } of placed) {
    assert.equal('abc'[Math.floor(turn({ x, y }) * 3)], p.via, p.peer);
  }
});

test('alone there is one ring and nobody on it', () => {
  assert.deepEqual(rings([]), { rings: 1, placed: [] });
});
