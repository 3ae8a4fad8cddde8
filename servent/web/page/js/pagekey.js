// The key of the page, the second secret of its session. The browser sends the
// cookie to every port of this host; what is stored here no other port reads.

import { forget, recall, remember } from './store.js';

/** The header of the calls that bears it. */
export const pageKeyHeader = 'Page-Key';

/** Returns the key, or '' where there is none. @returns {string} */
export function pageKey() {
  return String(recall('key', ''));
}

/** @param {string} key */
export function keepPageKey(key) {
  remember('key', key);
}

export function dropPageKey() {
  forget('key');
}
