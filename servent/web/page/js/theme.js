// Light or dark: as the system is, until the reader chooses.

import { recall, remember } from './store.js';

/** @typedef {'system' | 'light' | 'dark'} Theme */

/** @type {Theme[]} */
export const themes = ['system', 'light', 'dark'];

/** Returns what was chosen. @returns {Theme} */
export function theme() {
  const chosen = recall('theme', 'system');
  return themes.find((known) => known === chosen) ?? 'system';
}

/** Chooses, now and from now on (js/early.js). @param {Theme} chosen */
export function setTheme(chosen) {
  remember('theme', chosen);
  document.documentElement.dataset.theme = chosen;
  dispatchEvent(new Event('themechange'));
}
