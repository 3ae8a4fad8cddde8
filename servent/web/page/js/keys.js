// The keys that work everywhere, and the dialog that tells of all.

import { h, fill } from './dom.js';
import { t } from './words.js';

/** A row of the help: the keys, as they are printed on them, and what they do. @typedef {[keys: string[], text: string]} KeyRow */

/** @type {Map<string, () => void>} */
const acts = new Map();
/** @type {KeyRow[]} */
const everywhere = [];
/** @type {KeyRow[]} */
let here = [];
let led = 0; // when g was pressed last

/** Has a key, or "g" and a letter, do something. @param {string} key @param {() => void} act */
export function bind(key, act) {
  acts.set(key, act);
}

/** Adds a row to the help of keys that work everywhere. @param {KeyRow} row */
export function describe(row) {
  everywhere.push(row);
}

/** Says which keys the tab that is shown has of its own. @param {KeyRow[]} rows */
export function help(rows) {
  here = rows;
}

/** Reports whether keys are text just now. @param {Event} event */
export function typing(event) {
  const at = event.target;
  if (!(at instanceof HTMLElement)) return false;
  if (at instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range', 'submit'].includes(at.type);
  return at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || at.isContentEditable;
}

/** Shows the keys. */
export function showKeys() {
  if (document.querySelector('dialog[open]')) return;
  const dialog = h('dialog', { 'aria-labelledby': 'keys-title', close: () => dialog.remove() },
    h('h2', { id: 'keys-title' }, t('keys.title')),
    h('div', { class: 'keylists' }, here.length > 0 && table(t('keys.here'), here), table(t('keys.everywhere'), everywhere)),
    h('form', { method: 'dialog', class: 'ends' }, h('button', { class: 'button plain' }, t('close'))));
  document.body.append(dialog);
  dialog.showModal();
  dialog.scrollTop = 0; // its button, below, has the focus
}

/** @param {string} caption @param {KeyRow[]} rows */
function table(caption, rows) {
  const body = h('tbody');
  fill(body, rows.map(([keys, text]) => h('tr', {},
    h('td', {}, keys.flatMap((key, i) => [i > 0 && ' ', h('kbd', {}, key)])), h('td', {}, text))));
  return h('table', { class: 'keys' }, h('caption', { class: 'faint small' }, caption), body);
}

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event) || document.querySelector('dialog[open]')) return;
  const second = event.timeStamp - led < 1500 ? acts.get(`g ${event.key}`) : undefined;
  led = event.key === 'g' && !second ? event.timeStamp : 0;
  const act = second ?? acts.get(event.key);
  if (!act) return;
  event.preventDefault();
  act();
});
