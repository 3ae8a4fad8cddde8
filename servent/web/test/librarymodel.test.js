import assert from 'node:assert/strict';
import test from 'node:test';
import { Pages, isWhole, pageSize, pagesKept, readTags, seen } from '../page/js/librarymodel.js';

/** @typedef {import('../page/js/librarymodel.js').View & {from: number, limit: number}} Request */

/** A servent that shares so many files, and notes what it is asked. @param {number} total */
function servent(total) {
  /** @type {Request[]} */
  const asked = [];
  const fetch = async (/** @type {Request} */ request) => {
    asked.push(request);
    const n = Math.max(0, Math.min(request.limit, total - request.from));
    const files = Array.from({ length: n }, (_, i) => ({
      location: `${request.words}${request.from + i}`, size: 1, root: '', tags: /** @type {string[]} */ ([]), name: '', folder: '', path: '', sha1: '', modified: '',
    }));
    return /** @type {import('../page/js/types.js').FileList} */ ({ type: 'files', total, bytes: total, files, hashing: 0 });
  };
  return { asked, fetch };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a list of 100,000 files is fetched where it is looked at, and not kept whole', async () => {
  const { asked, fetch } = servent(100_000), pages = new Pages(fetch, () => {});
  pages.show({});
  await settle();
  assert.equal(pages.total, 100_000);
  for (let at = 0; at < 100_000; at += 50) {
    pages.at(at);
    pages.at(at);
    await settle();
    assert.equal(pages.at(at)?.location, String(at));
  }
  assert.equal(asked.length, 1000);
  assert.ok(pages.pages.size <= pagesKept);
  assert.equal(pages.at(0), undefined); // was let go
  await settle();
  assert.equal(pages.at(0)?.location, '0');
});

test('the old is shown until the new has come, and what comes late is not', async () => {
  const { asked, fetch } = servent(250);
  /** @type {(() => void)[]} */
  const held = [];
  const pages = new Pages(async (request) => {
    if (request.words === 'slow') await new Promise((resolve) => held.push(() => resolve(null)));
    return fetch(request);
  }, () => {});
  pages.show({});
  await settle();
  pages.at(200);
  await settle();
  pages.renew();
  assert.equal(pages.at(200)?.location, '200');
  await settle();
  assert.equal(asked.filter((one) => one.from === 2 * pageSize).length, 2);
  pages.show({ words: 'slow' });
  pages.show({ words: 'fast' });
  for (const go of held) go();
  await settle();
  assert.equal(pages.at(0)?.location, 'fast0');
});

test('an error is told, and tags that changed are shown in all pages', async () => {
  /** @type {unknown[]} */
  const told = [];
  const failing = new Pages(async () => { throw new Error('no'); }, (error) => told.push(error));
  failing.show({});
  await settle();
  assert.match(String(told[0]), /no/);
  const pages = new Pages(servent(10).fetch, () => {});
  pages.show({});
  await settle();
  pages.learn([{ location: '3', tags: ['cours'] }]);
  assert.deepEqual(pages.at(3)?.tags, ['cours']);
  assert.deepEqual(pages.at(4)?.tags, []);
});

test('rows are made of what can be seen and a little around it', () => {
  assert.deepEqual(seen(0, 500, 50, 100_000), [0, 18]);
  assert.deepEqual(seen(50_000, 500, 50, 100_000), [992, 1018]);
  assert.deepEqual(seen(4_999_500, 500, 50, 100_000), [99_982, 100_000]);
  assert.deepEqual(seen(0, 500, 50, 3), [0, 3]);
  assert.deepEqual(seen(5000, 500, 50, 3), [3, 3]);
});

test('tags are read with commas between them, each once', () => {
  assert.deepEqual(readTags(' cours , Linux,, cours '), ['cours', 'Linux']);
  assert.deepEqual(readTags(' , '), []);
});

test('a path is whole from the root of a disk on', () => {
  for (const path of ['/', '/home/me', 'C:\\Public', 'd:/x', '\\\\server\\share']) assert.ok(isWhole(path), path);
  for (const path of ['~/x', 'Public', './x', '', 'C:']) assert.ok(!isWhole(path), path);
});
