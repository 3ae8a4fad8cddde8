// Both languages say the same things, with the same values, and all that the page asks for.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { french } from '../page/js/typeset.js';

const page = fileURLToPath(new URL('../page/js/', import.meta.url));
const parts = readdirSync(join(page, 'text/en')).filter((name) => name.endsWith('.js'));

/** What the servent says in English by itself: a Go test holds that each of its sentences is in here. */
const sentences = 'said.js';

/** @param {string} language @param {string} part @returns {Promise<Record<string, string>>} */
const catalogue = async (language, part) => (await import(join(page, 'text', language, part))).default;
/** @param {string} text */
const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
/** @param {string} text the code without its comments */
const code = (text) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

test('the languages have the same catalogues', () => {
  assert.deepEqual(readdirSync(join(page, 'text/fr')).sort(), [...readdirSync(join(page, 'text/en')), sentences].sort());
});

for (const part of parts) {
  test(`${part}: the same keys and placeholders in English and French`, async () => {
    const [en, fr] = [await catalogue('en', part), await catalogue('fr', part)];
    assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      assert.deepEqual(placeholders(fr[key]), placeholders(text), key);
      assert.ok(text.trim() !== '' && fr[key].trim() !== '', `${key} is empty`);
    }
  });
}

for (const part of [...parts, sentences]) {
  test(`${part}: French has its spaces and apostrophes`, async () => {
    for (const [key, text] of Object.entries(await catalogue('fr', part))) {
      assert.doesNotMatch(french(text), / [;!?»]| [:%](\s|$)|« |\p{L}([;!?]|:(?=\s))/u, `${key}: ${text}`);
      assert.doesNotMatch(text, /\p{L}'\p{L}/u, `${key}: ${text}: use ’`);
    }
  });
}

test('each key that a module names is in a catalogue', async () => {
  const known = new Set();
  for (const key of Object.keys(await catalogue('fr', sentences))) known.add(key);
  for (const part of parts) for (const key of Object.keys(await catalogue('en', part))) known.add(key.replace(/\.(one|other)$/, '')).add(key);
  for (const name of readdirSync(page, { recursive: true }).map(String)) {
    if (!name.endsWith('.js') || name.startsWith('text')) continue;
    for (const [, key, more] of code(readFileSync(join(page, name), 'utf8')).matchAll(/\bt\((?:'([^']+)'|`([^`]+)`)/g)) {
      if (key) assert.ok(known.has(key), `${name}: ${key}`);
      else { // a key with a part that is computed: something of that form is there
        const form = new RegExp(`^${more.split(/\$\{[^}]*\}(?:[^}]*\})?/).map(escaped).join('.+')}$`);
        assert.ok([...known].some((k) => form.test(k)), `${name}: ${more}`);
      }
    }
  }
});

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('French spaces', () => {
  assert.equal(french('Quoi ? « Tapez servent : vite ; 7 % ! » type:iso'), 'Quoi\u202f? «\u202fTapez servent\u00a0: vite\u202f; 7\u00a0%\u202f! » type:iso'.replace(' »', '\u202f»'));
});
