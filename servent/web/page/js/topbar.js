// The top of the page: the network, how the connection is, the tabs, and how the page looks.

import { h, fill } from './dom.js';
import { t, language, languages } from './words.js';
import { icon } from './icons.js';
import { plain, shown } from './names.js';
import { remember } from './store.js';
import { theme, setTheme, themes } from './theme.js';
import { showKeys } from './keys.js';

const state = h('span', { id: 'state' });
const network = h('span', { class: 'place' });
const nav = h('nav', { id: 'tabs' });

/** Builds it. @param {import('./tabs.js').TabInfo[]} tabs */
export function buildTop(tabs) {
  network.textContent = 'servent';
  nav.setAttribute('aria-label', t('tabs'));
  fill(nav, tabs.map(({ name }) => h('a', { href: `#${name}` }, icon(name), t(`tab.${name}`))));
  fill(/** @type {HTMLElement} */ (document.getElementById('top')),
    h('div', { id: 'name' }, h('img', { src: '/icon.svg', alt: '' }), network, state), nav, tools());
  const skip = /** @type {HTMLElement} */ (document.getElementById('skip'));
  skip.textContent = t('skip');
  skip.hidden = false;
  skip.addEventListener('click', (event) => {
    event.preventDefault(); // the address is that of the tab
    document.getElementById('main')?.focus();
  });
}

function tools() {
  const next = languages[(languages.indexOf(language) + 1) % languages.length];
  const label = `${next.toUpperCase()} · ${t(`language.${next}`)}`;
  return h('div', { id: 'tools' }, themeButton(),
    languages.length > 1 && h('button', {
      type: 'button', class: 'button quiet round', lang: next, title: label, 'aria-label': label,
      click: () => { remember('language', next); location.reload(); },
    }, next.toUpperCase()),
    h('button', { type: 'button', class: 'button quiet round', title: t('keys.title'), 'aria-label': t('keys.title'), 'aria-keyshortcuts': '?', click: showKeys }, icon('help')));
}

function themeButton() {
  const button = h('button', {
    type: 'button', class: 'button quiet round',
    click: () => setTheme(themes[(themes.indexOf(theme()) + 1) % themes.length]),
  });
  const draw = () => {
    const label = t('theme', { theme: t(`theme.${theme()}`) });
    button.title = label;
    button.setAttribute('aria-label', label);
    fill(button, icon(theme()));
  };
  addEventListener('themechange', draw);
  draw();
  return button;
}

/** Marks the tab that is shown. @param {string} name */
export function markTab(name) {
  for (const link of nav.children) {
    if (link.getAttribute('href') === `#${name}`) {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else link.removeAttribute('aria-current');
  }
}

/**
 * Shows whose page it is and how it is connected.
 * @param {import('./types.js').Status | null} status @param {import('./events.js').ConnectionState} connection
 */
export function showState(status, connection) {
  if (status) fill(network, shown(status.network, 40));
  network.title = status ? plain(status.network) : '';
  const broken = connection === 'lost' || connection === 'shut';
  if (!status && !broken) return;
  const links = status?.links ?? 0;
  state.dataset.state = broken ? 'lost' : links > 0 ? 'live' : 'alone';
  state.textContent = broken ? t('state.lost') : t('state.links', { n: links });
}
