// What this servent is, and how another browser is let into its page.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { call } from './calls.js';
import { dropPageKey } from './pagekey.js';
import { inWords } from './errors.js';
import { duration } from './format.js';
import { copyButton } from './copy.js';

/** @import {Status} from './types.js' */

/** Makes the facts. @param {Status} status */
export function facts(status) {
  const row = (/** @type {string} */ key, /** @type {any[]} */ ...values) => [h('dt', {}, t(`settings.about.${key}`)), h('dd', {}, values)];
  return h('dl', { class: 'facts' },
    row('version', status.version),
    row('peer', h('code', {}, status.peer), ' ', copyButton(status.peer, t('settings.about.peer'))),
    row('addresses', h('ul', { class: 'plainlist' }, status.addrs.map((addr) => h('li', { class: 'mono small' }, addr)))),
    row('uptime', duration(Math.max(10, Math.round(status.uptime)))),
    status.bittorrent !== '' && row('bittorrent', h('span', { class: 'mono' }, status.bittorrent)),
    row('page', h('span', { class: 'mono' }, status.web || location.origin)));
}

/** Makes the button that signs this browser out. */
export function signOut() {
  const said = h('p', { class: 'problem', role: 'alert' });
  return h('div', {}, h('p', { class: 'small faint' }, t('settings.out.about')), h('button', {
    type: 'button', class: 'button danger',
    click: async () => {
      try {
        await call('POST', '/api/page/end', {});
        dropPageKey();
        location.reload();
      } catch (error) {
        fill(said, inWords(error));
      }
    },
  }, t('settings.out')), said);
}

/** @param {string} link */
function copyLine(link) {
  return h('div', { class: 'copyline' }, h('code', {}, link), copyButton(link, t('settings.link')));
}

/** Makes the button that lets another browser in. */
export function otherBrowser() {
  const said = h('div', { role: 'status' });
  const button = h('button', {
    type: 'button', class: 'button plain',
    click: async () => {
      try {
        const { url, elsewhere } = await call('POST', '/api/page', {});
        fill(said, h('p', {}, t('settings.link.about')), copyLine(url), elsewhere && h('p', {}, t('settings.link.elsewhere')), elsewhere && copyLine(elsewhere));
      } catch (error) {
        fill(said, h('p', { class: 'problem' }, inWords(error)));
      }
    },
  }, t('settings.link'));
  return h('div', { class: 'otherbrowser' }, button, said);
}
