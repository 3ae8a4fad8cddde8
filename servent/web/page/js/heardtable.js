// Those that Pongs told of, beyond the neighbours.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { number, size } from './format.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { toast } from './toast.js';
import { multiaddr, short, span } from './netmap.js';

/** @import {HorizonPeer} from './types.js' */

/** How many are shown until all are asked for. */
const most = 20;

/** Makes the list. @param {() => void} changed is called after a link was made */
export function heardTable(changed) {
  const body = h('tbody');
  const table = h('table', { class: 'cards heard' }, h('caption', { class: 'unseen' }, t('network.heard.title')),
    h('thead', {}, h('tr', {}, ['servent', 'hops', 'files', 'size', 'ago', 'via'].map((column) =>
      h('th', { scope: 'col', class: ['hops', 'files', 'size', 'ago'].includes(column) ? 'figure' : null }, t(`network.column.${column}`))),
    h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t('network.column.act'))))), body);
  const said = h('p', { class: 'faint' });
  const more = h('button', { type: 'button', class: 'button quiet', click: () => { all = true; draw(); } });
  const element = h('div', {}, said, h('div', { class: 'scroll' }, table), more);
  /** @type {HorizonPeer[]} */
  let peers = [];
  let all = false, drawn = '';
  const draw = () => {
    const few = all ? peers : peers.slice(0, most);
    table.hidden = peers.length === 0;
    more.hidden = few.length === peers.length;
    fill(more, t('network.heard.more', { n: peers.length - few.length }));
    const focused = document.activeElement?.closest('tr')?.getAttribute('data-peer');
    fill(body, few.map((p) => row(p, changed)));
    if (focused) body.querySelector(`tr[data-peer="${CSS.escape(focused)}"] button`)?.focus();
  };
  /** @param {HorizonPeer[]} heard @param {number[]} within */
  const show = (heard, within) => {
    const now = JSON.stringify(heard.map((p) => [p.peer, p.hops, p.files, p.kib, p.via, Math.round(p.ago / 10)]));
    fill(said, within.length > 0 && within[within.length - 1] > 0
      ? t('network.within', { one: t('network.servents', { n: within[0] }), all: t('network.servents', { n: within[within.length - 1] }), ttl: within.length })
      : t('network.heard.none'));
    if (now === drawn) return;
    drawn = now;
    peers = heard;
    draw();
  };
  return { element, show };
}

/** @param {HorizonPeer} peer @param {() => void} changed */
function row(peer, changed) {
  const cell = (/** @type {string} */ name, /** @type {string} */ text, /** @type {string | null} */ kind = 'figure') =>
    h('td', { class: kind, 'data-label': t(`network.column.${name}`) }, text);
  const go = peer.addrs.length > 0 && h('button', {
    type: 'button', class: 'button plain small', 'aria-label': t('network.connect.label', { id: short(peer.peer) }),
    click: async () => {
      go.disabled = true;
      try {
        await call('POST', '/api/connect', { addr: `${peer.addrs[0]}/p2p/${peer.peer}` });
        toast(t('network.connected', { id: short(peer.peer) }), 'good');
      } catch (error) {
        go.disabled = false;
        toast(inWords(error), 'bad');
      }
      changed();
    },
  }, t('network.connect'));
  return h('tr', { 'data-peer': peer.peer },
    h('th', { scope: 'row' }, h('span', { class: 'mono', title: peer.peer }, short(peer.peer)), h('div', { class: 'small faint' }, multiaddr(peer.addrs[0] ?? ''))),
    cell('hops', number(peer.hops)), cell('files', number(peer.files)), cell('size', size(peer.kib * 1024)),
    cell('ago', t('network.ago', { time: span(peer.ago) })), cell('via', short(peer.via), 'mono'), h('td', {}, go));
}
