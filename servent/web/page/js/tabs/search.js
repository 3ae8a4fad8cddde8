// Searching, and what came of it.

import { h, fill } from '../dom.js';
import { t } from '../words.js';
import { stream } from '../calls.js';

/** @param {HTMLElement} root */
export function open(root) {
  const hits = h('ol', { 'aria-label': t('search.hits') });
  const words = h('input', { id: 'words', type: 'search', autocomplete: 'off', required: true });
  const form = h('form', {
    role: 'search',
    submit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      fill(hits);
      await stream('POST', '/api/search', { words: words.value }, (hit) => hits.append(h('li', {}, hit.name)));
    },
  }, h('label', { for: 'words' }, t('search.words')), words, h('button', {}, t('search.go')));
  fill(root, form, hits);
  words.focus();
  return { close() {} };
}
