import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { COUNTERS, Playback, before, eventsOf } from '../page/js/playback.js';
import { groups, readTrace, runOf } from '../page/js/trace.js';

/**
 * What a file beside this one says, which `servent lab --trace` wrote.
 * @param {string} name
 */
function load(name) {
  const trace = readTrace(readFileSync(new URL(`testdata/${name}.trace`, import.meta.url), 'utf8'));
  return new Playback(runOf(trace, groups(trace)[0]));
}

/**
 * @param {Playback} playback
 * @param {number} k
 * @param {number} t
 */
function counts(playback, k, t) {
  const now = playback.tracks[k].counters(t);
  return COUNTERS.map((c) => now[c]).join(' ');
}

test('a ring of 12 with TTL 3, stepped three times, has reached 6 beside the source', () => {
  const p = load('ring12'), [track] = p.tracks, seen = [0];
  let t = 0;
  for (let step = 0; step < 3; step++) {
    t = p.next(t);
    seen.push(track.counters(t).reached);
    assert.equal(track.levels(t).reduce((sum, n) => sum + n, 0), track.counters(t).reached, 'counter and coloured nodes');
  }
  assert.deepEqual(seen, [0, 2, 4, 6]);
  assert.deepEqual(track.levels(t), [2, 2, 2]);
  assert.deepEqual([0, 1, 11, 3, 9, 4].map((i) => track.hop(i, t)), [0, 1, 1, 3, 3, -1]);
  assert.equal(p.next(t), p.end, 'that was the last step');
  assert.equal(p.previous(t), 2);
});

test('counters are those of the engine\'s row, whichever the strategy', () => {
  // The sums of the same command with --json.
  const ring = load('ring6');
  assert.equal(counts(ring, 0, ring.end), '5 7 2 2 0 0 1');
  assert.equal(counts(ring, 1, ring.end), '4 8 4 1 0 0 1');
  const complete = load('complete5');
  assert.equal(counts(complete, 0, complete.end), '4 22 16 4 4 2 2');
  assert.equal(counts(complete, 0, -1), '0 0 0 0 0 0 0');
});

test('strategies go on in lockstep until the last has ended', () => {
  const p = load('ring6');
  assert.deepEqual([p.tracks[0].end, p.tracks[1].end, p.end, p.next(4), p.next(8), p.next(2.5), p.previous(2.5), p.previous(0)], [4, 8, 8, 5, 8, 3, 2, 0]);
  assert.equal(counts(p, 0, 7), counts(p, 0, 4));
});

test('with latencies a step is the next event, of whichever strategy', () => {
  const p = load('complete5'), times = [0];
  while (times[times.length - 1] < p.end) times.push(p.next(times[times.length - 1]));
  assert.deepEqual(times, [...new Set(times)].sort((a, b) => a - b));
  assert.equal(times.at(-1), p.end);
  for (let k = 1; k < times.length; k++) assert.equal(p.previous(times[k]), times[k - 1]);
  assert.equal(p.previous(times[2] + 1e-3), times[2]);
});

test('a flight goes from when it was sent to when it came, a duplicate leaves a cross, a hit its way back', () => {
  const p = load('ring6'), [track] = p.tracks;
  const at = (/** @type {number} */ t) => track.flights.at(t, 100).map((f) => `${f.from}>${f.to} ${f.kind} ${f.fate || '-'} ${f.progress.toFixed(2)}`);
  assert.deepEqual(at(0.25), ['0>1 query - 0.25', '0>5 query - 0.25']);
  assert.deepEqual(at(2.5), ['2>3 query - 0.50', '4>3 query duplicate 0.50', '4>5 hit - 0.50']);
  assert.deepEqual(at(3.25), ['4>3 query duplicate 1.25', '3>4 query duplicate 0.25', '5>0 hit - 0.25']);
  assert.deepEqual(at(9), []);
  const links = (/** @type {number} */ t) => p.run.graph.edges.length / 2 && [...Array(6).keys()].map((k) => track.link(k, t));
  assert.deepEqual(links(1.5), ['used', 'used', 'used', 'used', '', '']);
  assert.equal(/** @type {string[]} */ (links(4)).filter((look) => look === 'reverse').length, 2);
});

test('the answer of a walker, which crosses no link, is shown for as long as a hop', () => {
  const [, walk] = load('ring6').tracks;
  assert.deepEqual(walk.flights.at(8.5, 100), [{ from: 4, to: 0, kind: 'hit', fate: '', progress: 0.5 }]);
});

test('a hit passed on by a relay has arrived there, and what is lost flies half of its way', () => {
  const { flights } = load('complete5').tracks[0];
  const hits = flights.at(10, 100).filter((f) => f.kind === 'hit');
  assert.deepEqual(hits.map((f) => [f.from, f.to]), [[1, 3]]);
  assert.ok(Math.abs(hits[0].progress - (10 - 9.871127) / (13.121214 - 9.871127)) < 1e-9);
  assert.deepEqual(flights.at(1, 100).filter((f) => f.fate === 'lost').map((f) => [f.from, f.to]), [[0, 1]]);
});

test('a copy by a better path makes the hop smaller, from then on', () => {
  const [track] = load('complete5').tracks;
  const drops = track.times.flatMap((t) => track.hops.length && [...track.improved].flatMap(([i, list]) => list.filter((b) => b.time === t).map(() => [i, t])));
  assert.ok(drops.length > 0);
  for (const [i, t] of drops) assert.ok(track.hop(i, t) <= track.hop(i, t - 1e-6), `node ${i} at ${t}`);
});

test('who is away and who is back', () => {
  const p = load('ring12');
  p.run.actions = [{ at_ms: 2, node: 3, do: 'fail' }, { at_ms: 5, node: 3, do: 'join' }];
  assert.deepEqual([1, 2, 4, 5].map((t) => p.away(3, t)), [false, true, true, false]);
  assert.equal(p.away(4, 3), false);
});

test('of a search too large for its events, the arrivals', () => {
  const p = new Playback({ synchronous: true, source: 1, graph: { nodes: 4, edges: [0, 1, 1, 2, 2, 3] }, searches: [{ events: null, reached: [1, 0, 1, -1] }] });
  assert.deepEqual([p.end, p.tracks[0].counters(1).reached, p.tracks[0].hop(2, 0.5), p.tracks[0].hop(2, 1), p.tracks[0].hop(3, 9)], [1, 2, -1, 1, -1]);
  assert.equal(eventsOf([0], 0).time_ms.length, 0);
});

test('the last of sorted times that is not after one', () => {
  assert.deepEqual([-1, 0, 0.5, 2, 9].map((t) => before([0, 1, 2, 2, 3], t)), [-1, 0, 0, 3, 4]);
});
