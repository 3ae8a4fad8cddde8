import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { MOST_EVENTS, MOST_LINE, TraceError, groups, readTrace, runOf, writeTrace } from '../page/js/trace.js';

const HEADER = '{"format":"servent-trace","version":1,"network":"ring:3"}\n';
const EVENT = '{"time":1,"from":"0","to":"1","type":"Query","guid":"5f","ttl":3,"hops":0,"verdict":"sent"}\n';

/** @param {string} name */
const file = (name) => readFileSync(new URL(`testdata/${name}.trace`, import.meta.url), 'utf8');

test('what is read and written again is what the lab wrote', () => {
  for (const [name, request] of /** @type {[string, any][]} */ ([
    ['ring12', {}], ['ring6', { seed: 3, replicas: '1' }],
    ['complete5', { seed: 5, replicas: '2', latency: 'exp:100ms', dedup: 'ttl', loss: '5%' }],
  ])) {
    const text = file(name), trace = readTrace(text), run = runOf(trace, groups(trace)[0]);
    run.graph = { ...run.graph, edges: Array.from({ length: 2 * trace.header.links }, () => 0) }; // links that nothing crossed
    assert.equal(writeTrace(run, request), text);
  }
});

test('a file that is no trace, cut or hostile is told by its line', () => {
  for (const [text, key, line] of /** @type {[string, string, number|undefined][]} */ ([
    ['', 'trace.empty', undefined],
    ['\n\n', 'trace.empty', undefined],
    ['GIF89a', 'trace.none', 1],
    ['{"format":"x","version":1}', 'trace.none', 1],
    ['[1]', 'trace.none', 1],
    ['null', 'trace.none', 1],
    ['{"format":"servent-trace","version":2}', 'trace.version', undefined],
    [HEADER, 'trace.events', 1],
    [HEADER + EVENT + EVENT.slice(0, 40), 'trace.cut', 3],
    [`${HEADER}${EVENT}7`, 'trace.cut', 3],
    [HEADER + EVENT.replace('"0"', '7'), 'trace.event', 2],
    [HEADER + EVENT.replace('sent', ''), 'trace.event', 2],
    [HEADER + EVENT.replace('"time":1', '"time":-1'), 'trace.numbers', 2],
    [HEADER + EVENT.replace('"time":1', '"time":1e300'), 'trace.numbers', 2],
    [HEADER + EVENT.replace('"ttl":3', '"ttl":1.5'), 'trace.numbers', 2],
    [HEADER + EVENT.replace('"hops":0', '"hops":"x"'), 'trace.numbers', 2],
    [`${HEADER}{"search":0,"from":"0"}`, 'trace.search', 2],
    [`${HEADER}{"search":1,"from":{}}`, 'trace.search', 2],
    [HEADER + ' '.repeat(MOST_LINE + 1), 'trace.long', 2],
    [HEADER + EVENT.repeat(MOST_EVENTS + 1), 'trace.many', undefined],
  ])) {
    assert.throws(() => readTrace(text), (error) => {
      assert.ok(error instanceof TraceError, `${text.slice(0, 60)}: ${error}`);
      assert.equal(error.key, key, text.slice(0, 90));
      assert.equal(error.values.line, line);
      return true;
    });
  }
});

test('names are names, whatever they say', () => {
  const trace = readTrace(HEADER + EVENT.replace('"0"', '"__proto__"').replace('"1"', '"<img>"'));
  assert.deepEqual(trace.names, ['__proto__', '<img>']);
  assert.deepEqual(trace.edges, [0, 1]);
});

test('a trace of real servents has no searches, and may come out of order', () => {
  const trace = readTrace(HEADER + EVENT.replace('"time":1', '"time":5') + EVENT.replace('"1"', '"2"') + EVENT.replace('"time":1', '"time":3'));
  assert.equal(trace.searches.length, 1);
  const { time_ms, to } = trace.searches[0].events;
  assert.deepEqual([time_ms, to], [[1, 3, 5], [2, 1, 1]]);
});

test('searches that can be watched side by side are of one source and query', () => {
  const search = (/** @type {number} */ n, /** @type {string} */ strategy, /** @type {string} */ from) => `{"search":${n},"run":1,"strategy":"${strategy}","from":"${from}","query":1}\n`;
  const trace = readTrace(HEADER + [['flood', '0'], ['flood', '1'], ['walk:2', '0'], ['flood', '0']].map(([s, from], n) => search(n + 1, s, from) + EVENT).join(''));
  assert.deepEqual(groups(trace).map((g) => g.map((s) => s.number)), [[1, 3], [2], [4]]);
});

test('where the whole graph is known, servents get their places in it', () => {
  const trace = readTrace(HEADER + EVENT.replace('"0"', '"2"'));
  const graph = { nodes: 3, edges: [0, 1, 1, 2, 2, 0], shape: 'ring' };
  const run = runOf(trace, groups(trace)[0], graph);
  assert.deepEqual([run.graph, run.source, run.searches[0].events.from, run.searches[0].events.to], [graph, 2, [2], [1]]);
  assert.deepEqual(runOf(trace, groups(trace)[0], { nodes: 2, edges: [] }).graph.nodes, 2, 'one is not in it: what the trace tells');
});
