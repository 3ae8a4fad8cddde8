// The network: who is linked, who was heard of, what goes by, and how others join.

import { h } from '../dom.js';
import { t } from '../words.js';
import { call } from '../calls.js';
import { events } from '../events.js';
import { aborted, inWords } from '../errors.js';
import { netMap } from '../netmap.js';
import { linkTable } from '../linktable.js';
import { heardTable } from '../heardtable.js';
import { connectForm } from '../connectform.js';
import { TrafficLog } from '../traffic.js';
import { trafficPanel } from '../trafficpanel.js';
import { reasonTable } from '../reasons.js';
import { invitation } from '../invitation.js';
import { diagnosis } from '../diagnosis.js';

/** @import {Context, Horizon, Link, Status, Tab} from '../types.js' */

/** Kept while the page is open, whichever tab is shown. */
const log = new TrafficLog();
events(['status'], (event) => {
  if (event.type === 'status') log.take(performance.now() / 1000, event.status.messages);
});

const linksEvery = 2, horizonEvery = 10; // status events, one a second

/** @param {HTMLElement} root @param {Context} context @returns {Tab} */
export function open(root, context) {
  const control = new AbortController();
  const refresh = () => { void look(); };
  const map = netMap(), links = linkTable(refresh), heard = heardTable(refresh), traffic = trafficPanel(log);
  const dropped = reasonTable('drop'), ended = reasonTable('end'), refused = reasonTable('refused');
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  /** @type {Link[]} */
  let known = [];
  /** @type {Horizon} */
  let horizon = { type: 'horizon', peers: [], within: [] };

  const look = async (far = true) => {
    try {
      [known, horizon] = await Promise.all([
        call('GET', '/api/peers', undefined, control.signal), far ? call('GET', '/api/horizon', undefined, control.signal) : horizon,
      ]);
      problem.hidden = true;
    } catch (error) {
      if (aborted(error)) return;
      problem.hidden = false;
      problem.replaceChildren(inWords(error));
      return;
    }
    map.show(known, horizon.peers);
    links.show(known);
    heard.show(horizon.peers.filter((p) => !p.linked), horizon.within);
  };
  /** @param {Status} status */
  const count = (status) => {
    traffic.draw();
    dropped.show(status.dropped);
    ended.show(status.ended);
    refused.show(status.refused);
  };

  root.append(h('h1', { class: 'unseen' }, t('tab.network')), problem,
    h('div', { class: 'network' },
      panel('map', map.element),
      panel('links', links.element, h('hr'), connectForm(refresh)),
      panel('heard', heard.element),
      panel('traffic', traffic.element),
      panel('why', h('div', { class: 'whys' }, dropped.element, ended.element, refused.element)),
      panel('invite', invitation()),
      panel('doctor', diagnosis())));
  let ticks = 0;
  const offs = [
    context.on('status', (event) => {
      count(event.status);
      ticks++;
      if (ticks % linksEvery === 0) void look(ticks === linksEvery || ticks % horizonEvery === 0);
    }),
    context.on('link', refresh),
  ];
  const now = context.status();
  if (now) count(now);
  refresh();
  return {
    close() {
      control.abort();
      offs.forEach((off) => off());
    },
  };
}

/** @param {string} name @param {...Node} children */
function panel(name, ...children) {
  return h('section', { class: `card panel-${name}`, 'aria-labelledby': `network-${name}` }, h('h2', { id: `network-${name}` }, t(`network.${name}.title`)), children);
}
