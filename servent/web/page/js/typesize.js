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

/** @type {WeakMap<CSSMediaRule, string>} conditions as they were written */
const written = new WeakMap();

/** Has the widths at which the layout changes grow with the type: media queries know only the browser's own size. */
export function fitWidths() {
  const factor = typeSize() / 100;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      const text = written.get(rule) ?? rule.media.mediaText;
      written.set(rule, text);
      const fitted = text.replace(/([\d.]+)em/g, (_, width) => `${Number(width) * factor}em`);
      if (fitted !== rule.media.mediaText) rule.media.mediaText = fitted;
    }
  }
}

function apply() {
  const size = typeSize();
  document.documentElement.style.fontSize = size === 100 ? '' : `${size}%`;
  fitWidths();
}

apply();
