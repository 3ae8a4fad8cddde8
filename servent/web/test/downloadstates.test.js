import assert from 'node:assert/strict';
import test from 'node:test';
import { byWorth, downRate, offers, share } from '../page/js/downloadstates.js';

/** @typedef {import('../page/js/types.js').Download} Download */

test('a download offers what its state allows', () => {
  assert.deepEqual(offers({ state: 'queued' }), ['pause', 'cancel']);
  assert.deepEqual(offers({ state: 'waiting' }), ['pause', 'cancel']);
  assert.deepEqual(offers({ state: 'failed' }), ['resume', 'cancel']);
  assert.deepEqual(offers({ state: 'done' }), ['forget']);
  assert.deepEqual(offers({ state: 'cancelled' }), []);
});

test('an empty file is whole, one of unknown size is not', () => {
  assert.equal(share({ size: 0, verified: 0 }), 1);
  assert.equal(share({ size: -1, verified: 10 }), -1);
  assert.equal(share({ size: 40, verified: 10 }), 0.25);
});

test('sources that give come first, those that gave nothing last', () => {
  const source = (/** @type {string} */ peer, /** @type {string} */ state, rate = 0, received = 0) => ({ peer, state, rate, received, addrs: [], hops: 1 });
  const sources = [source('b', 'banned', 0, 99), source('k', 'known'), source('slow', 'answers', 1), source('lost', 'lost'), source('fast', 'answers', 9)];
  assert.deepEqual(byWorth(sources).map((one) => one.peer), ['fast', 'slow', 'k', 'lost', 'b']);
  assert.equal(sources[0].peer, 'b');
});

test('what is fetched in a batch counts once', () => {
  const download = (/** @type {Download['state']} */ state, /** @type {string} */ path, /** @type {number} */ rate) => /** @type {Download} */ ({ state, path, rate });
  const batch = { name: '', path: '/b', begun: '', files: 9, done: 0, already: 0, failed: 0, size: 1, verified: 0, rate: 100, eta: -1 };
  const downloads = [download('running', '/b/large', 70), download('running', '/elsewhere', 5), download('paused', '/x', 1000)];
  assert.equal(downRate(downloads, [batch]), 105);
  assert.equal(downRate(downloads, []), 75);
});
