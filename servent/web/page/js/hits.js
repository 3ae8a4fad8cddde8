// The hits of a search: what is told of each, which of them pass the filters, and their order.

/** @import {Hit} from './types.js' */

/**
 * A hit with what it is sorted and filtered by.
 * @typedef {{hit: Hit, key: string, kind: string, extension: string, hops: number, sources: number, folded: string, band: number}} Entry
 */

/** @typedef {'n' | 'name' | 'size' | 'kind' | 'sources' | 'hops' | 'signer'} Column */

/**
 * What is shown: hits of any of the kinds and size bands and with all of the tags and words; an empty set lets all pass.
 * @typedef {{column: Column, descending: boolean, kinds: Set<string>, bands: Set<number>, tags: Set<string>, words: string}} Choice
 */

/** Sizes are told apart in bands that end, in bytes, below these. */
export const bands = [1 << 20, 100 * (1 << 20), 1 << 30, Infinity];

/** @type {Map<string, string>} */
const kinds = new Map();

/** Learns which extensions are of which kind, as the servent knows them. @param {{name: string, extensions: string[]}[]} list */
export function learnKinds(list) {
  for (const { name, extensions } of list) for (const extension of extensions) kinds.set(extension, name);
}

/** Returns the extension of a name, in small letters; empty where there is none. @param {string} name */
export function extensionOf(name) {
  return /\.([\p{L}\p{N}]{1,10})$/u.exec(name)?.[1].toLowerCase() ?? '';
}

/** @param {string} text */
function fold(text) {
  return text.normalize('NFKC').toLowerCase();
}

/** @param {Hit} hit @returns {Entry} */
export function entryOf(hit) {
  const extension = extensionOf(hit.name);
  return {
    hit, key: `${hit.root}:${hit.size}`, extension, kind: kinds.get(extension) ?? 'other',
    hops: hit.sources.reduce((least, { hops }) => (hops > 0 && hops < least ? hops : least), Infinity),
    sources: hit.sources.length, folded: fold([...hit.names, hit.path, ...hit.tags].join('\n')),
    band: bands.findIndex((end) => hit.size < end),
  };
}

/** @param {Entry} entry @param {Choice} choice @param {string[]} words */
function passes(entry, choice, words) {
  return (choice.kinds.size === 0 || choice.kinds.has(entry.kind)) && (choice.bands.size === 0 || choice.bands.has(entry.band)) &&
    [...choice.tags].every((tag) => entry.hit.tags.includes(tag)) && words.every((word) => entry.folded.includes(word));
}

/** @type {Record<Exclude<Column, 'name'>, (entry: Entry) => number | string>} */
const values = {
  n: (e) => e.hit.n, size: (e) => e.hit.size, kind: (e) => `${e.kind} ${e.extension}`,
  sources: (e) => e.sources, hops: (e) => e.hops, signer: (e) => e.hit.signer ?? '\uffff',
};

/**
 * Returns what is shown, in its order. Equal ones stay as they came.
 * @param {Entry[]} entries @param {Choice} choice @param {Intl.Collator} collator
 */
export function view(entries, choice, collator) {
  const words = fold(choice.words).split(/\s+/).filter(Boolean);
  const all = choice.kinds.size + choice.bands.size + choice.tags.size + words.length === 0;
  const passing = all ? [...entries] : entries.filter((entry) => passes(entry, choice, words));
  const { column } = choice;
  if (column === 'n' && !choice.descending) return passing;
  const sign = choice.descending ? -1 : 1;
  if (column === 'name') return passing.sort((a, b) => sign * collator.compare(a.hit.name, b.hit.name) || a.hit.n - b.hit.n);
  const value = values[column];
  return passing.sort((a, b) => {
    const x = value(a), y = value(b);
    return x === y ? a.hit.n - b.hit.n : sign * (x < y ? -1 : 1);
  });
}

/** How many entries are of each kind, band and tag; the tags most frequent first. @param {Entry[]} entries */
export function facets(entries) {
  /** @type {Map<string, number>} */
  const kinds = new Map();
  /** @type {Map<number, number>} */
  const sizes = new Map();
  /** @type {Map<string, number>} */
  const tags = new Map();
  /** @template K @param {Map<K, number>} map @param {K} key */
  const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const entry of entries) {
    count(kinds, entry.kind);
    count(sizes, entry.band);
    for (const tag of entry.hit.tags) count(tags, tag);
  }
  return {
    kinds: [...kinds].sort(([a], [b]) => (a === 'other' ? 1 : b === 'other' ? -1 : a < b ? -1 : 1)),
    bands: [...sizes].sort(([a], [b]) => a - b),
    tags: [...tags].sort(([, a], [, b]) => b - a),
  };
}
