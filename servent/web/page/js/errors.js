// How a call fails, and how that is said.

import { h } from './dom.js';
import { t } from './words.js';
import { said, saidText } from './said.js';

/** What the servent answers a call that fails; the code "lost" means that it did not. */
export class CallError extends Error {
  /** @param {import('./types.js').ApiError} told @param {number} [status] */
  constructor(told, status = 0) {
    super(told.message.replace(/^servent: /, '')); // as the command leaves it out
    this.code = told.code;
    this.sentence = told.sentence;
    this.status = status;
    this.query = told.query ?? '';
    this.at = told.at ?? 0;
    this.length = told.length ?? 0;
  }
}

/** Reports whether a call was ended by the page itself. @param {unknown} error */
export function aborted(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What is wrong, as text. @param {unknown} error @returns {string} */
export function reason(error) {
  if (error instanceof CallError && (error.code === 'lost' || error.code === 'unauthorized')) return t(`error.${error.code}`);
  if (error instanceof CallError) return saidText(error.message, error.sentence);
  return error instanceof Error ? error.message : String(error);
}

/**
 * What is wrong, in the reader's language as far as it is known there: see said.
 * @param {unknown} error @returns {HTMLElement}
 */
export function inWords(error) {
  const code = error instanceof CallError ? error.code : 'internal';
  if (code === 'lost' || code === 'unauthorized') return h('span', {}, t(`error.${code}`));
  const key = `error.${code}`;
  const heading = t(key);
  return h('span', {}, heading === key ? null : `${heading} `, error instanceof CallError ? said(error.message, error.sentence) : h('span', { lang: 'en' }, reason(error)));
}
