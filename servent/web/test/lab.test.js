import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { countersCSV, csv } from '../page/js/lab/exports.js';
import { fit } from '../page/js/layout.js';
import { Playback } from '../page/js/playback.js';
import { ticks } from '../page/js/plot.js';
import { groups, readTrace, runOf } from '../page/js/trace.js';

test('a table as CSV keeps commas, quotes and lines, and holds no formula', () => {
  assert.equal(csv([['a,b', 'say "x"'], ['=1+1', -3], ['two\nlines', '']]), '"a,b","say ""x"""\r\n\'=1+1,-3\r\n"two\nlines",\r\n');
});

test('the counters as CSV have a row for each time that something happened', () => {
  const trace = readTrace(readFileSync(new URL('testdata/ring12.trace', import.meta.url), 'utf8'));
  assert.deepEqual(countersCSV(new Playback(runOf(trace, groups(trace)[0]))).trim().split('\r\n'), [
    'strategy,time_ms,reached,messages,duplicates,others,improved,lost,hits',
    'flood,0,0,2,0,0,0,0,0', 'flood,1,2,4,0,0,0,0,0', 'flood,2,4,6,0,0,0,0,0', 'flood,3,6,6,0,0,0,0,0',
  ]);
});

test('ticks are few, round, and within the axis', () => {
  assert.deepEqual(ticks(11), [0, 5, 10]);
  assert.deepEqual(ticks(3), [0, 1, 2, 3]);
  assert.deepEqual(ticks(0.4), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(ticks(0), [0]);
  assert.deepEqual(ticks(NaN), [0]);
  for (const end of [1, 7, 121, 999, 1e6, 0.037]) assert.ok(ticks(end).length <= 6 && (ticks(end).at(-1) ?? 0) <= end * 1.000001, String(end));
});

test('few places keep their distances, many keep their order and none is far out', () => {
  assert.deepEqual([...fit(Float32Array.of(2, 4, 3))], [0, 1, 0.5]);
  assert.deepEqual([...fit(Float32Array.of(7, 7))], [0.5, 0.5]);
  const many = Float32Array.from({ length: 500 }, (_, i) => (i === 499 ? 1e4 : i)), placed = fit(many.slice());
  for (let i = 1; i < 500; i++) assert.ok(placed[i] > placed[i - 1], `place ${i}`);
  assert.ok(placed[0] >= 0 && placed[499] <= 1 && placed[498] > 0.9, 'one far out pushes the others together');
});
