// The frame of the page: its tabs, each a module that is loaded when it is first shown.

import './typesize.js';
import { h, fill } from './dom.js';
import { learn, t, language } from './words.js';
import { learnSentences } from './said.js';
import { call } from './calls.js';
import { CallError, aborted, inWords, reason } from './errors.js';
import { events, connection, onConnection } from './events.js';
import { announce } from './announce.js';
import { toast } from './toast.js';
import { bind, describe, help, showKeys } from './keys.js';
import { buildTop, markTab, showState } from './topbar.js';
import { dress, offered, style } from './tabs.js';

/** @import {Status} from './types.js' */

/**
 * What the frame gives a tab.
 * @typedef {object} Context
 * @property {() => Status | null} status the last that was heard
 * @property {(type: string, tell: (event: any) => void) => () => void} on tells of events of a type
 * @property {(text: string) => void} announce has a text read aloud, politely
 * @property {typeof toast} toast
 * @property {typeof help} help names the keys of the tab
 * @property {(call: string) => boolean} offers reports whether the servent answers a call, as "GET /api/horizon"
 * @property {string} address what stands behind "#NAME/" in the address
 */

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
/** @type {Status | null} */
let status = null;
/** @type {{close(): void} | null} */
let shown = null;
let current = '';
let turn = 0;

document.documentElement.lang = language;
const [calls] = await Promise.all([
  call('GET', '/api/calls').then((list) => list.calls, (error) => error),
  learn('main'),
  learnSentences(),
]);
if (calls instanceof CallError && calls.status === 401) location.replace('/keyless'); // which says why, and what to do
const tabs = Array.isArray(calls) ? offered(calls) : [];
buildTop(tabs);
if (tabs.length === 0) {
  fill(main, h('div', { class: 'empty' }, h('h2', {}, t('nothing')), h('p', {}, inWords(calls)),
    h('button', { type: 'button', class: 'button', click: () => location.reload() }, t('again'))));
} else {
  bindKeys();
  addEventListener('hashchange', show);
  await show();
  if (calls.includes('GET /api/events')) followServent();
}

async function show() {
  const [wanted, ...rest] = location.hash.slice(1).split('/');
  const name = tabs.find((tab) => tab.name === wanted)?.name ?? tabs[0].name;
  if (name === current && rest.length === 0) return;
  const mine = ++turn;
  current = name;
  try {
    const [module] = await Promise.all([import(`./tabs/${name}.js`), learn(name), style(name)]);
    if (mine !== turn) return;
    leave();
    dress(name);
    markTab(name);
    document.title = `${t(`tab.${name}`)} · servent`;
    shown = module.open(main, context(rest.join('/')));
  } catch (error) {
    if (mine !== turn || aborted(error)) return;
    leave();
    current = '';
    console.error(error);
    fill(main, h('div', { class: 'empty' }, h('h2', {}, t('nothing')), h('p', {}, reason(error)),
      h('button', { type: 'button', class: 'button', click: () => location.reload() }, t('again'))));
  }
}

function leave() {
  shown?.close();
  shown = null;
  help([]);
  fill(main);
  scrollTo(0, 0);
}

/** @param {string} address @returns {Context} */
function context(address) {
  return { status: () => status, on: (type, tell) => events([type], (event) => event.type === type && tell(event)), announce, toast, help, offers: (name) => calls.includes(name), address };
}

function bindKeys() {
  tabs.forEach(({ name, letter }, i) => {
    const go = () => { location.hash = name; };
    bind(String(i + 1), go);
    bind(`g ${letter}`, go);
    describe([['g', letter], t('keys.tab', { tab: t(`tab.${name}`) })]);
  });
  describe([[`1…${tabs.length}`], t('keys.number')]);
  if (tabs.some(({ name }) => name === 'search')) {
    bind('/', () => {
      location.hash = 'search'; // where it is not shown yet, it takes the focus itself
      const words = /** @type {HTMLInputElement | null} */ (document.querySelector('#words'));
      words?.focus();
      words?.select();
    });
  }
  bind('?', showKeys);
  describe([['?'], t('keys.title')]);
}

/** Keeps the status, and says when the connection is lost and when it is back. */
function followServent() {
  const banner = h('div', { id: 'banner', class: 'notice warn', role: 'status', hidden: true });
  document.getElementById('toasts')?.prepend(banner);
  /** @param {Status} told */
  const keep = (told) => {
    status = told;
    showState(status, connection());
  };
  events(['link'], (event) => {
    if (event.type === 'hello') keep(event.status);
    else if (event.type === 'link') call('GET', '/api/status').then(keep, () => {});
    else if (event.type === 'status') keep(event.status);
  });
  /** @type {import('./events.js').ConnectionState | ''} */
  let broken = '';
  onConnection((state) => {
    showState(status, state);
    if (state === 'full') call('GET', '/api/status').then(keep, () => {});
    const text = state === 'lost' ? t('banner.lost') : state === 'full' ? t('banner.full') : state === 'shut' ? t('error.unauthorized') : '';
    banner.textContent = text;
    banner.hidden = text === '';
    if (state === 'live' && broken) toast(t(broken === 'full' ? 'banner.told' : 'banner.back'), 'good');
    broken = text === '' ? '' : state;
  });
}
