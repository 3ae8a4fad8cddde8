// The words of a search, and how it asks.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { icon } from './icons.js';
import { shown } from './names.js';
import { recall, remember } from './store.js';
import { CallError } from './errors.js';
import { said } from './said.js';

/** @import {Options} from './searches.js' */

const furthest = 7; // TTL

/** What can be written beside words. */
const hints = ['"red hat"', 'type:iso', 'type:document', 'size:>500M', 'size:1M..2G', 'not:beta'];

/**
 * The form of the search tab.
 * @param {{go(words: string, options: Options): void, stop(): void, down(): void}} acts
 */
export function searchForm(acts) {
  const words = h('input', {
    id: 'words', type: 'search', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'search', maxlength: 4096,
    placeholder: t('search.placeholder'), 'aria-label': t('search.words'), 'aria-describedby': 'words-problem', 'aria-keyshortcuts': '/',
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'ArrowDown' || event.altKey) return;
      event.preventDefault();
      acts.down();
    },
    input: () => problem(null),
  });
  const { element: options, value } = optionFields(words);
  const go = h('button', { class: 'button', type: 'submit' }, icon('search'), h('span', {}, t('search.go')));
  const stop = h('button', { class: 'button plain', type: 'button', hidden: true, click: acts.stop }, icon('stop'), h('span', {}, t('search.stop')));
  const wrong = h('div', { id: 'words-problem', class: 'words-problem' });
  const element = h('form', {
    role: 'search', class: 'search-form',
    submit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (words.value.trim() === '') return words.focus();
      problem(null);
      acts.go(words.value.trim(), value());
    },
  }, h('div', { class: 'search-line' }, h('div', { class: 'search-box' }, icon('search'), words), go, stop), wrong, options);

  /** Says what is wrong with the words, and where. @param {unknown} error */
  function problem(error) {
    words.setAttribute('aria-invalid', error ? 'true' : 'false');
    fill(wrong, error instanceof CallError ? caret(error) : null);
  }

  return {
    element, words, problem,
    /** @param {boolean} now */
    running(now) {
      const held = [go, stop].includes(document.activeElement);
      go.hidden = now;
      stop.hidden = !now;
      if (held) (now ? stop : go).focus();
    },
  };
}

/** Shows the query with its wrong part marked. @param {CallError} error */
function caret({ message, sentence, query, at, length }) {
  const letters = [...query];
  // The message ends with the query and a caret of its own where there is one.
  const [english] = message.split('\n');
  return h('div', { class: 'notice bad', role: 'alert' },
    h('strong', {}, t('search.wrong')), ' ', said(english, sentence),
    length > 0 && h('div', { class: 'caret mono' }, shown(letters.slice(0, at - 1).join(''), 4096),
      h('mark', {}, shown(letters.slice(at - 1, at - 1 + length).join(''), 4096)), shown(letters.slice(at - 1 + length).join(''), 4096)));
}

/** @param {HTMLInputElement} words @returns {{element: HTMLElement, value: () => Options}} */
function optionFields(words) {
  const kept = recall('search.options', { strategy: 'flood', ttl: 0, seconds: 0 });
  const strategy = choice('strategy', kept.strategy, ['flood', 'ring'].map((way) => [way, t(`search.strategy.${way}`)]));
  const ttl = choice('ttl', kept.ttl, [0, ...Array.from({ length: furthest }, (_, i) => i + 1)].map((n) => [n, n === 0 ? t('search.ttl.own') : t('search.ttl.links', { n })]));
  const seconds = choice('seconds', kept.seconds, [0, 2, 10, 30, 60].map((n) => [n, n === 0 ? t('search.seconds.own') : t('search.seconds.n', { n })]));
  /** @returns {Options} */
  const value = () => ({ strategy: strategy.value === 'ring' ? 'ring' : 'flood', ttl: Number(ttl.value), seconds: Number(seconds.value) });
  const insert = (/** @type {string} */ text) => () => {
    words.value = `${words.value.trimEnd()} ${text} `.trimStart();
    words.focus();
  };
  const element = h('details', { class: 'search-options', open: recall('search.options.open', false), toggle: () => remember('search.options.open', element.open) },
    h('summary', {}, t('search.options')),
    h('div', { class: 'row', change: () => remember('search.options', value()) },
      field('search.strategy', strategy), field('search.ttl', ttl), field('search.seconds', seconds)),
    h('p', { class: 'faint small' }, t('search.hints')),
    h('div', { class: 'chips' }, hints.map((hint) => h('button', { type: 'button', class: 'chip', title: t(`search.hint.${hint.split(/[:"]/)[0] || 'phrase'}`), click: insert(hint) }, h('span', { class: 'mono' }, hint)))));
  return { element, value };
}

/** @param {string} key @param {HTMLElement} control */
function field(key, control) {
  return h('label', { class: 'field' }, t(key), control);
}

/** @param {string} name @param {unknown} chosen @param {(string | number)[][]} options @returns {HTMLSelectElement} */
function choice(name, chosen, options) {
  return h('select', { name }, options.map(([value, label]) => h('option', { value, selected: String(value) === String(chosen) }, label)));
}
