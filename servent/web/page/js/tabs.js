// The tabs of the page, in their order. Each is a module js/tabs/NAME.js with css/NAME.css
// and catalogues js/text/*/NAME.js, and is there where the server answers the call it needs.

import { fitWidths } from './typesize.js';

/** @typedef {{name: string, letter: string, needs: string}} TabInfo */

/** @type {TabInfo[]} */
const all = [
  // What others have.
  { name: 'search', letter: 's', needs: '/api/search' },
  // What is fetched and sent.
  { name: 'downloads', letter: 'd', needs: '/api/downloads' },

  // What is shared.
  { name: 'library', letter: 'l', needs: '/api/share/files' },

  // Who is linked.
  { name: 'network', letter: 'n', needs: '/api/peers' },

  // What can be set.
  { name: 'settings', letter: 't', needs: '/api/settings' },

  // Floods on networks in memory.
  { name: 'lab', letter: 'b', needs: '/api/lab' },

  // The overlay of the class, as traces tell of it.
  { name: 'class', letter: 'c', needs: '/api/overlay' },
];

/** Returns the tabs that can be shown where these calls are answered. @param {string[]} calls as "GET /api/status" */
export function offered(calls) {
  const paths = new Set(calls.map((call) => call.split(' ')[1]));
  return all.filter((tab) => paths.has(tab.needs));
}

/** Tabs that use the style sheets of others beside their own. @type {Record<string, string[]>} */
const borrowed = { class: ['lab'] }; // the player and the legend

/** The style sheets of tabs, by their names. @type {Map<string, {link: HTMLLinkElement, loaded: Promise<void>}>} */
const styles = new Map();

/** @param {string} name @returns {string[]} */
const stylesOf = (name) => [name, ...(borrowed[name] ?? [])];

/** Loads what a tab is styled by, once, for dress to put on. @param {string} name */
export function style(name) {
  return Promise.all(stylesOf(name).map(load));
}

/** @param {string} name @returns {Promise<void>} */
function load(name) {
  const known = styles.get(name);
  if (known) return known.loaded;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = `/css/${name}.css`;
  link.media = 'not all';
  /** @type {Promise<void>} */
  const loaded = new Promise((resolve) => {
    link.onload = () => {
      fitWidths();
      resolve();
    };
    link.onerror = () => resolve();
  });
  document.head.append(link);
  styles.set(name, { link, loaded });
  return loaded;
}

/** Has the styles of one tab hold, and no others: they use the same words. @param {string} name */
export function dress(name) {
  for (const [tab, { link }] of styles) link.media = stylesOf(name).includes(tab) ? 'all' : 'not all';
}
