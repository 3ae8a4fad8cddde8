import assert from 'node:assert/strict';
import test from 'node:test';
import { Rates, curve } from '../page/js/rates.js';

test('rates are kept for two minutes, of what is there', () => {
  const rates = new Rates();
  for (let second = 0; second < 500; second++) rates.note([['a', second], ['b', -1]]);
  assert.equal(rates.of('a').length, 120);
  assert.deepEqual(rates.of('a').slice(-2), [498, 499]);
  assert.equal(rates.of('b')[0], 0);
  rates.note([['a', 7]]);
  assert.deepEqual(rates.of('b'), []);
  assert.equal(rates.of('a').at(-1), 7);
  assert.deepEqual(rates.of('c'), []);
});

test('a curve ends at the right, reaches the top, and is not stretched while it is young', () => {
  const points = curve([0, 5, 10, 0], 58, 20).split(' ').map((point) => point.split(',').map(Number));
  assert.deepEqual(points, [[52, 20], [54, 10], [56, 0], [58, 20]]);
  const old = curve(Array(120).fill(0), 119, 20).split(' ');
  assert.equal(old[0], '0,20');
  assert.equal(old.at(-1), '119,20');
});
