import assert from 'node:assert/strict';
import test from 'node:test';
import { drawLinks, drawNodes, drawWays } from '../page/js/brush.js';
import { inkOn } from '../page/js/colours.js';
import { bins, drawDensity } from '../page/js/density.js';
import { SvgPen, escape } from '../page/js/pen.js';
import { nearest, toward } from '../page/js/pick.js';
import { drawFlights } from '../page/js/shapes.js';

const colours = {
  ink: '#000', muted: '#777', paper: '#fff', link: '#aaa', focus: '#00f', rem: 16, font: 'sans-serif',
  hops: Array.from({ length: 8 }, (_, k) => `#00000${k}`), lines: [],
  kinds: { query: '#100000', hit: '#200000', push: '#300000', pong: '#400000' },
};

function scene() {
  return {
    x: Float32Array.of(100, 300), y: Float32Array.of(100, 100), links: [0, 1], labels: ['0', '<b>&'], radius: 18, size: 8,
    width: 400, height: 200, hops: Int16Array.of(0, -1), marks: Uint8Array.of(1, 2), looks: Uint8Array.of(2), cursor: -1,
  };
}

test('a graph as SVG has its nodes, the way back of a hit, and names as text', () => {
  const pen = new SvgPen(400, 200);
  drawLinks(pen, scene(), colours);
  drawWays(pen, scene(), colours);
  drawNodes(pen, scene(), colours);
  const text = pen.toString('a "ring"');
  assert.ok(text.startsWith('<svg xmlns="http://www.w3.org/2000/svg" width="400"'));
  assert.ok(text.includes('<title>a &quot;ring&quot;</title>'));
  assert.ok(text.includes('&lt;b&gt;&amp;</text>') && !text.includes('<b>'));
  assert.match(text, /d="M100 100L300 100" fill="none" stroke="#200000" stroke-width="6" stroke-dasharray="24 8"/);
  assert.match(text, /d="M118 100M118 100a18 18[^"]*" fill="#000000"/); // the source: a circle, hop 0
  assert.match(text, /d="M282 82h36v36h-36Z" fill="#fff"/); // who holds it: a square, not reached
});

test('text for XML leaves out what XML may not hold', () => {
  assert.equal(escape('a\u0000\u001b[1A\u202e\ud800'), 'a\ufffd\ufffd[1A\u202e\ufffd');
});

test('each kind has a shape of its own, and those that die a sign', () => {
  /** @type {(kind: string, fate: ''|'duplicate'|'lost'|'dropped', progress: number) => string} */
  const draw = (kind, fate, progress) => {
    const pen = new SvgPen(400, 200);
    drawFlights(pen, [{ from: 0, to: 1, kind, fate, progress }], scene(), colours);
    return pen.parts.join('');
  };
  const shapes = ['query', 'hit', 'push'].map((kind) => draw(kind, '', 0.5).replace(/#\w+/g, ''));
  assert.equal(new Set(shapes).size, 3);
  const ends = /** @type {const} */ (['', 'duplicate', 'lost', 'dropped']).map((fate) => draw('query', fate, 0.98));
  assert.equal(new Set(ends).size, 4);
  assert.ok(draw('query', '', 0.5).includes('fill="#100000"'));
  assert.equal(draw('query', '', 1.2), '');
  assert.ok(draw('query', 'duplicate', 1.2).includes('opacity'), 'the cross of a duplicate fades');
});

test('density counts nodes and hops by squares, and passes over what is outside', () => {
  const s = { x: Float32Array.of(1, 2, 399, -5), y: Float32Array.of(1, 2, 199, 1), width: 400, height: 200, hops: Int16Array.of(2, -1, 4, 1) };
  const { columns, squares } = bins(s);
  assert.deepEqual(squares[0], { nodes: 2, reached: 1, hops: 2 });
  assert.equal(squares.reduce((sum, square) => sum + square.nodes, 0), 3);
  assert.equal(squares.findLastIndex((square) => square.nodes > 0) % columns, Math.floor(399 / 3));
  const pen = new SvgPen(400, 200);
  drawDensity(pen, s, colours);
  assert.ok(pen.parts.some((part) => part.includes('#000004')), 'the reached one has the colour of its hop');
});

test('the node under a place, and the next one in a direction', () => {
  const places = { x: Float32Array.of(0, 100, 100, 200), y: Float32Array.of(0, 5, 90, 0), radius: 8 };
  assert.equal(nearest(places, 104, 1), 1);
  assert.equal(nearest(places, 50, 50), -1);
  assert.equal(toward(places, -1, [1, 0]), 0);
  assert.equal(toward(places, 0, [1, 0]), 1);
  assert.equal(toward(places, 1, [0, 1]), 2);
  assert.equal(toward(places, 3, [1, 0]), 3, 'there is nothing further right');
});

test('ink can be read on each colour', () => {
  assert.deepEqual(['#000', '#fde725', 'rgb(255, 255, 255)', '#440154'].map(inkOn), ['#fff', '#000', '#000', '#fff']);
});
