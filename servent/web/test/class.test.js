// The searches of a class, from what each servent tells.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClassSearches, classTrace, graphOf, runOf } from '../page/js/class/searches.js';

/** A square a-b-c-d: a asks with TTL 2; c has a hit, and hears a duplicate. */
const told = () => [
  event('b', 'a', 'b', 0, 'delivered'), event('d', 'a', 'd', 0, 'delivered'), // before who asks has told
  { ...event('a', 'a', 'b', 0, 'sent'), words: 'linux' }, event('a', 'a', 'd', 0, 'sent'),
  event('b', 'b', 'c', 1, 'sent'), event('d', 'd', 'c', 1, 'sent'),
  event('c', 'b', 'c', 1, 'delivered'), event('c', 'd', 'c', 1, 'duplicate'),
  { ...event('c', 'c', 'b', 0, 'sent'), kind: 'QueryHit' }, { ...event('b', 'b', 'a', 1, 'sent'), kind: 'QueryHit' },
  { ...event('a', 'b', 'a', 1, 'hit'), kind: 'QueryHit' },
  { ...event('a', 'a', 'b', 0, 'sent'), kind: 'Ping', guid: '00000001' },
];

let clock = 1000;

/** @param {string} by @param {string} from @param {string} to @param {number} hops @param {string} verdict */
function event(by, from, to, hops, verdict) {
  return { time_ms: clock++, by, from, to, kind: 'Query', guid: '5f1c80a2', ttl: 2 - hops, hops, verdict };
}

const overlay = { nodes: ['a', 'b', 'c', 'd', 'e'].map((peer) => ({ peer })), links: [['a', 'b'], ['a', 'd'], ['b', 'c'], ['c', 'd'], ['d', 'e']] };

test('a search is put together whatever comes first', () => {
  const searches = new ClassSearches();
  searches.take(told().slice(0, 2), 0, 4);
  assert.equal(searches.list().length, 0);
  searches.take(told().slice(2), 0, 4);
  const [s] = searches.list();
  assert.deepEqual([s.number, s.source, s.words, s.ttl, s.messages, s.duplicates, s.hits], [1, 'a', 'linux', 2, 4, 1, 1]);
  assert.deepEqual(Object.fromEntries(s.reached), { b: 1, d: 1, c: 2 });
  assert.equal(searches.list().length, 1);
});

test('of how many it reached some does not change when others leave', () => {
  const searches = new ClassSearches();
  searches.take(told().slice(0, 6), 0, 4);
  searches.take(told().slice(6), 0, 1);
  assert.equal(searches.list()[0].among, 4);
  const late = new ClassSearches();
  late.take(told(), 0, 1); // c and d have left, but it reached them
  assert.equal(late.list()[0].among, 3);
});

test('it is played hop by hop, what comes before what goes on', () => {
  const searches = new ClassSearches();
  searches.take(told(), 0, 4);
  const [s] = searches.list(), graph = graphOf(overlay, s);
  assert.deepEqual(graph.peers, ['a', 'b', 'c', 'd', 'e']);
  assert.equal(graph.edges.length, 10);
  const { events } = runOf(s, graph, graph.peers).searches[0];
  assert.deepEqual(events.time_ms, [0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4]);
  assert.equal(events.verdicts[events.verdict.at(-1) ?? 0], 'hit');
});

test('who has left the overlay is in the graph of the search', () => {
  const searches = new ClassSearches();
  searches.take(told(), 0, 4);
  const graph = graphOf({ nodes: [{ peer: 'a' }, { peer: 'b' }], links: [['a', 'b']] }, searches.list()[0]);
  assert.deepEqual(graph.peers, ['a', 'b', 'd', 'c']);
});

test('the trace is lines of JSON, a search before its events', () => {
  const searches = new ClassSearches();
  searches.take(told(), 0, 4);
  const lines = classTrace('lan', searches.list(), (peer) => peer.toUpperCase()).trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines[0].format, 'servent-trace');
  assert.deepEqual([lines[1].search, lines[1].from, lines[1].ttl], [1, 'A', 2]);
  assert.equal(lines.length, 2 + 11);
  assert.ok(lines.slice(2).every((line) => line.time >= 0 && line.from.match(/^[A-D]$/)));
});

test('only so many searches are kept', () => {
  const searches = new ClassSearches();
  for (let n = 0; n < 1000; n++) searches.take([{ ...event('a', 'a', 'b', 0, 'sent'), guid: n.toString(16).padStart(8, '0') }], 0, 4);
  assert.equal(searches.list().length, 200);
  assert.equal(searches.list()[0].number, 1000);
});
