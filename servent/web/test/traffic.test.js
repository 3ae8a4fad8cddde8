import test from 'node:test';
import assert from 'node:assert/strict';
import { KEPT, TrafficLog, ceiling, points } from '../page/js/traffic.js';

const count = (type, received, sent, duplicate = 0) => ({ type, received, sent, fresh: 0, improved: 0, duplicate });

test('rates are differences of counters by the time between them', () => {
  const log = new TrafficLog();
  log.take(10, [count('Ping', 100, 50)]);
  assert.deepEqual(log.series.get('Ping').rates, [], 'what was before is no rate');
  log.take(12, [count('Ping', 104, 50, 2)]);
  log.take(13, [count('Ping', 104, 53, 2), count('Query', 6, 0)]);
  assert.deepEqual(log.series.get('Ping').rates, [{ received: 2, sent: 0, duplicate: 1 }, { received: 2, sent: 0, duplicate: 1 }, { received: 0, sent: 3, duplicate: 0 }]);
  assert.deepEqual(log.series.get('Query').rates, [{ received: 0, sent: 0, duplicate: 0 }, { received: 0, sent: 0, duplicate: 0 }, { received: 6, sent: 0, duplicate: 0 }], 'a new type was silent before');
});

test('a servent that was started again counts from nothing, and the same time twice is once', () => {
  const log = new TrafficLog();
  log.take(1, [count('Ping', 100, 100)]);
  log.take(2, [count('Ping', 5, 1)]);
  log.take(2, [count('Ping', 9, 9)]);
  assert.deepEqual(log.series.get('Ping').rates, [{ received: 5, sent: 1, duplicate: 0 }]);
});

test('five minutes are kept, of all types alike', () => {
  const log = new TrafficLog();
  for (let i = 0; i <= KEPT + 20; i++) log.take(i, i < 200 ? [count('Ping', i, 0)] : [count('Ping', i, 0), count('Bye', 1, 0)]);
  assert.equal(log.series.get('Ping').rates.length, KEPT);
  assert.equal(log.series.get('Bye').rates.length, KEPT);
  assert.ok(log.series.get('Ping').rates.every((r) => r.received === 1));
});

test('the height of a chart is a round number that holds all', () => {
  for (const [most, want] of [[0, 1], [0.4, 1], [1, 1], [1.1, 2], [3, 5], [7, 10], [12, 20], [501, 1000]]) assert.equal(ceiling(most), want, `of ${most}`);
});

test('the newest point is at the right, and none is above the top', () => {
  assert.equal(points([0, 5, 20], 10, KEPT - 1, 100), `${KEPT - 3},100 ${KEPT - 2},50 ${KEPT - 1},0`);
});
