// Which hits are shown, in which order, and what names them elsewhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryOf, extensionOf, facets, learnKinds, view } from '../page/js/hits.js';
import { magnet } from '../page/js/magnet.js';

learnKinds([{ name: 'disk', extensions: ['iso', 'img'] }, { name: 'audio', extensions: ['ogg'] }]);

/** @param {number} n @param {string} name @param {Partial<import('../page/js/types.js').Hit>} [more] */
const hit = (n, name, more = {}) => ({
  type: 'hit', n, name, names: [name], size: n * 1000, root: String(n).repeat(64), sha1: '', path: '', tags: [], signer: null,
  sources: [{ peer: 'a', addrs: [], hops: 2 }], ...more,
});
const entries = [
  hit(1, 'seblinux 10.iso', { size: 5e9, tags: ['linux', 'new'] }), hit(2, 'Song.OGG', { tags: ['new'] }), hit(3, 'seblinux 9.iso', { size: 7e8, path: 'Été' }),
  hit(4, 'README', { sources: [{ peer: 'a', addrs: [], hops: 0 }, { peer: 'b', addrs: [], hops: 3 }, { peer: 'c', addrs: [], hops: 1 }] }),
].map(entryOf);
const all = { column: 'n', descending: false, kinds: new Set(), bands: new Set(), tags: new Set(), words: '' };
const collator = new Intl.Collator('en', { numeric: true });
/** @param {object} choice */
const shown = (choice) => view(entries, { ...all, ...choice }, collator).map((e) => e.hit.n);

test('extensions and kinds', () => {
  assert.deepEqual(['a.tar.gz', 'a', 'a.', '.b', 'x.ISO', 'a.b c', 'a.verylongextension'].map(extensionOf), ['gz', '', '', 'b', 'iso', '', '']);
  assert.deepEqual(entries.map((e) => e.kind), ['disk', 'audio', 'disk', 'other']);
});

test('the nearest source counts, and one whose way is unknown does not', () => {
  assert.deepEqual(entries.map((e) => e.hops), [2, 2, 2, 1]);
});

test('orders', () => {
  assert.deepEqual(shown({}), [1, 2, 3, 4]);
  assert.deepEqual(shown({ column: 'name' }), [4, 3, 1, 2]);
  assert.deepEqual(shown({ column: 'name', descending: true }), [2, 1, 3, 4]);
  assert.deepEqual(shown({ column: 'size', descending: true }), [1, 3, 4, 2]);
  assert.deepEqual(shown({ column: 'sources', descending: true }), [4, 1, 2, 3]);
  assert.deepEqual(shown({ column: 'hops' }), [4, 1, 2, 3]);
});

test('filters: any of the kinds and sizes, all of the tags and words', () => {
  assert.deepEqual(shown({ kinds: new Set(['disk', 'audio']) }), [1, 2, 3]);
  assert.deepEqual(shown({ kinds: new Set(['disk']), bands: new Set([3]) }), [1]);
  assert.deepEqual(shown({ tags: new Set(['new']) }), [1, 2]);
  assert.deepEqual(shown({ tags: new Set(['new', 'linux']) }), [1]);
  assert.deepEqual(shown({ words: ' SEB e\u0301te\u0301 ' }), [3]);
});

test('facets', () => {
  const found = facets(entries);
  assert.deepEqual(found.kinds, [['audio', 1], ['disk', 2], ['other', 1]]);
  assert.deepEqual(found.bands, [[0, 2], [2, 1], [3, 1]]);
  assert.deepEqual(found.tags, [['new', 2], ['linux', 1]]);
});

test('a magnet link holds no more than it says', () => {
  const link = magnet({ sha1: 'A'.repeat(32), size: 7, name: 'a & b #?=é/\u202e.iso', root: 'ab' });
  assert.equal(link, `magnet:?xt=urn:sha1:${'A'.repeat(32)}&xl=7&dn=a%20%26%20b%20%23%3F%3D%C3%A9%2F%E2%80%AE.iso&x.root=ab`);
  assert.equal(new URLSearchParams(link.slice('magnet:?'.length)).get('dn'), 'a & b #?=é/\u202e.iso');
});
