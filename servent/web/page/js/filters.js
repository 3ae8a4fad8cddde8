// The chips that narrow a list of hits.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { size } from './format.js';
import { shown } from './names.js';
import { bands, facets } from './hits.js';

/** @import {Choice, Entry} from './hits.js' */

/** Tags that have a chip: the most frequent. */
const mostTags = 8;

/** @param {Choice} choice what it changes @param {() => void} changed @returns {{element: HTMLElement, show(entries: Entry[]): void}} */
export function filterBar(choice, changed) {
  /** @type {Map<string, HTMLElement>} */
  const chips = new Map();
  const narrow = h('input', {
    type: 'search', class: 'narrow', 'aria-label': t('filter.words'), placeholder: t('filter.words'), value: choice.words, autocomplete: 'off',
    input: () => { choice.words = narrow.value; changed(); },
  });
  const clear = h('button', {
    type: 'button', class: 'button quiet small', hidden: true,
    click: () => {
      choice.kinds.clear(); choice.bands.clear(); choice.tags.clear();
      choice.words = narrow.value = '';
      narrow.focus();
      changed();
    },
  }, t('filter.clear'));
  const place = h('div', { class: 'chips', role: 'group', 'aria-label': t('filter') });
  const element = h('div', { class: 'filters', hidden: true }, narrow, place, clear);

  /** @template K @param {Set<K>} set @param {K} value @param {string} id @param {Node | string} label @param {number} n */
  function chip(set, value, id, label, n) {
    let button = chips.get(id);
    if (!button) {
      button = h('button', {
        type: 'button', class: 'chip',
        click: () => { if (!set.delete(value)) set.add(value); changed(); },
      }, label, h('span', { class: 'count' }));
      chips.set(id, /** @type {HTMLElement} */ (button));
    }
    button?.setAttribute('aria-pressed', String(set.has(value)));
    /** @type {HTMLElement} */ (button?.lastElementChild).textContent = t('filter.count', { n });
    return /** @type {HTMLElement} */ (button);
  }

  return {
    element,
    show(entries) {
      element.hidden = entries.length === 0;
      const found = facets(entries);
      const wanted = [
        ...(found.kinds.length > 1 || choice.kinds.size > 0 ? found.kinds.map(([kind, n]) => chip(choice.kinds, kind, `kind ${kind}`, t(`kind.${kind}`), n)) : []),
        ...(found.bands.length > 1 || choice.bands.size > 0 ? found.bands.map(([band, n]) => chip(choice.bands, band, `band ${band}`, bandName(band), n)) : []),
        ...found.tags.slice(0, mostTags).map(([tag, n]) => chip(choice.tags, tag, `tag ${tag}`, shown(tag, 24), n)),
      ];
      if (wanted.length !== place.children.length || wanted.some((element, i) => place.children[i] !== element)) fill(place, wanted);
      clear.hidden = choice.kinds.size + choice.bands.size + choice.tags.size === 0 && choice.words === '';
    },
  };
}

/** @param {number} band */
function bandName(band) {
  const ends = [bands[band - 1] ?? 0, bands[band]].map((bytes) => size(bytes).replace(/[.,]0(?=\D)/, ''));
  if (band === 0) return t('filter.below', { size: ends[1] });
  return bands[band] === Infinity ? t('filter.above', { size: ends[0] }) : t('filter.between', { from: ends[0], to: ends[1] });
}
