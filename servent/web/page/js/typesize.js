// How large the type is, and all that is measured by it.

import { recall, remember } from './store.js';

/** Percent of the browser's own size; the last is for a projector. */
export const typeSizes = [100, 125, 150, 200];

/** Returns what was chosen. */
export function typeSize() {
  const chosen = recall('typesize', 100);
  return typeSizes.find((known) => known === chosen) ?? 100;
}

/** Chooses, now and from now on. @param {number} chosen */
export function setTypeSize(chosen) {
  remember('typesize', chosen);
  apply();
}

function apply() {
  const size = typeSize();
  document.documentElement.style.fontSize = size === 100 ? '' : `${size}%`;
}

apply();
