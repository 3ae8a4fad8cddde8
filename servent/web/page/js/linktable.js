// The links as a table, with what can be done about each.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { shown, plain } from './names.js';
import { number } from './format.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { toast } from './toast.js';
import { multiaddr, short, span } from './netmap.js';
import { reasonWords } from './reasons.js';

/** @import {Link} from './types.js' */

/** @typedef {{element: HTMLElement, set: (link: Link) => void}} Row */

/** Makes the table. @param {() => void} changed is called after a link was ended */
export function linkTable(changed) {
  const body = h('tbody');
  const table = h('table', { class: 'cards links' }, h('caption', { class: 'unseen' }, t('network.links.title')),
    h('thead', {}, h('tr', {}, ['servent', 'address', 'age', 'received', 'sent', 'useless', 'state'].map((column) =>
      h('th', { scope: 'col', class: ['age', 'received', 'sent', 'useless'].includes(column) ? 'figure' : null }, t(`network.column.${column}`))),
    h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t('network.column.act'))))), body);
  const empty = h('p', { class: 'faint' }, t('network.links.none'));
  const element = h('div', {}, empty, h('div', { class: 'scroll' }, table));
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @param {Link[]} links */
  const show = (links) => {
    empty.hidden = links.length > 0;
    table.hidden = links.length === 0;
    for (const [peer, row] of rows) {
      if (links.some((link) => link.peer === peer)) continue;
      row.element.remove();
      rows.delete(peer);
    }
    for (const link of links) {
      let row = rows.get(link.peer);
      if (!row) {
        row = makeRow(link, changed);
        rows.set(link.peer, row);
        body.append(row.element);
      }
      row.set(link);
    }
  };
  return { element, show };
}

/** @param {Link} link @param {() => void} changed @returns {Row} */
function makeRow(link, changed) {
  const cell = (/** @type {string} */ name, /** @type {string | null} */ kind = 'figure') =>
    h('td', { class: kind, 'data-label': t(`network.column.${name}`) });
  const age = cell('age'), received = cell('received'), sent = cell('sent'), useless = cell('useless'), state = cell('state', null);
  const stop = h('button', {
    type: 'button', class: 'button plain small', 'aria-label': t('network.disconnect.label', { peer: plain(link.agent, 30), id: short(link.peer) }),
    click: async () => {
      stop.disabled = true;
      try {
        await call('POST', '/api/disconnect', { peer: link.peer });
        toast(t('network.disconnected', { id: short(link.peer) }), 'good');
      } catch (error) {
        stop.disabled = false;
        toast(inWords(error), 'bad');
      }
      changed();
    },
  }, t('network.disconnect'));
  const element = h('tr', {},
    h('th', { scope: 'row' }, shown(link.agent, 40), h('div', { class: 'mono small faint', title: link.peer }, short(link.peer))),
    h('td', { 'data-label': t('network.column.address') }, h('div', {}, multiaddr(link.addr),
      h('div', { class: 'small faint' }, link.outbound ? t('network.made.here') : t('network.made.there')))),
    age, received, sent, useless, state, h('td', { class: 'figure' }, stop));
  /** @type {string | null} */
  let limited = null;
  const set = (/** @type {Link} */ now) => {
    age.textContent = span(now.age);
    received.textContent = number(now.received);
    sent.textContent = number(now.sent);
    useless.textContent = number(now.useless);
    const why = now.limited?.reason ?? '';
    if (why === limited) return;
    limited = why;
    fill(state, why === '' ? h('span', { class: 'badge good' }, t('network.well'))
      : [h('span', { class: 'badge warn' }, t('network.limited')), h('div', { class: 'small' }, reasonWords('drop', why))]);
  };
  return { element, set };
}
