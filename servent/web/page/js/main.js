// The frame of the page: its tabs, each a module that is loaded when it is first shown.

import { h, fill } from './dom.js';
import { learn, t, language } from './words.js';

const tabs = ['search'];

/** @type {{close(): void} | null} */
let shown = null;

async function show() {
  const name = tabs.find((known) => known === location.hash.slice(1)) ?? tabs[0];
  shown?.close();
  const main = /** @type {HTMLElement} */ (document.getElementById('main'));
  fill(main);
  const [module] = await Promise.all([import(`./tabs/${name}.js`), learn(name)]);
  shown = module.open(main, {});
}

document.documentElement.lang = language;
await learn('main');
fill(/** @type {HTMLElement} */ (document.getElementById('tabs')), tabs.map((name) => h('a', { href: `#${name}` }, t(`tab.${name}`))));
addEventListener('hashchange', show);
await show();
