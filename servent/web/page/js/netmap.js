// The map of the network: this servent, its neighbours, and those that Pongs told of,
// on rings by hops. The tables beside it say the same.

import { h, svg, fill } from './dom.js';
import { t } from './words.js';
import { radius, rings } from './rings.js';
import { duration, number } from './format.js';

/** @import {HorizonPeer, Link} from './types.js' */

const half = 100; // of the picture, whose outermost ring has 84
const outer = 84;
const named = 80; // so far from the middle a name has room
/** More neighbours than these are not named beside their places. */
const mostNames = 12;

/** An address, which breaks before its slashes where it must. @param {string} text */
export function multiaddr(text) {
  return h('span', { class: 'mono' }, text.split(/(?=\/)/).flatMap((part) => [h('wbr'), part]));
}

/** The end of a peer ID, where they differ. @param {string} peer */
export function short(peer) {
  return peer.length > 10 ? `…${peer.slice(-8)}` : peer;
}

/** A span of time that goes on: whole seconds. @param {number} seconds */
export function span(seconds) {
  return seconds < 10 ? `${number(Math.max(1, Math.floor(seconds)))}\u00a0s` : duration(Math.floor(seconds));
}

/** Makes the map. */
export function netMap() {
  const picture = svg('svg', { class: 'netmap', viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`, role: 'img' });
  const element = h('figure', { class: 'map' }, picture, legend());
  let drawn = '';
  /** @param {Link[]} links @param {HorizonPeer[]} peers */
  const show = (links, peers) => {
    const known = new Map(links.map((link) => [link.peer, link]));
    const all = [...links.map(asPeer), ...peers.filter((p) => p.hops > 1 && !known.has(p.peer))];
    const now = JSON.stringify([links.map((l) => [l.peer, l.outbound, Boolean(l.limited)]), all.map((p) => [p.peer, p.hops, p.via, p.files])]);
    if (now === drawn) return;
    drawn = now;
    picture.setAttribute('aria-label', t('network.map.label', { links: t('network.links', { n: links.length }), others: t('network.others', { n: all.length - links.length }) }));
    fill(picture, draw(known, all));
  };
  return { element, show };
}

/** @param {Link} link @returns {HorizonPeer} */
function asPeer(link) {
  return { peer: link.peer, addrs: [link.addr], hops: 1, files: 0, kib: 0, ago: 0, via: link.peer, linked: true };
}

/** @param {Map<string, Link>} links @param {HorizonPeer[]} peers */
function draw(links, peers) {
  const { rings: count, placed } = rings(peers);
  const places = new Map(placed.map((p) => [p.peer.peer, p]));
  const size = Math.max(1.1, Math.min(5, 40 / Math.sqrt(peers.length + 1)));
  const parts = [];
  for (let hop = count; hop > 0; hop--) {
    const r = outer * radius(hop, count);
    parts.push(svg('circle', { class: 'ring', r }));
    parts.push(svg('text', { class: 'hops', x: 0, y: -r - 1.5 }, number(hop)));
  }
  for (const { peer, x, y } of placed) {
    const link = links.get(peer.peer);
    const from = peer.hops > 1 ? places.get(peer.via) : undefined;
    if (peer.hops > 1 && !from) continue;
    parts.push(svg('line', {
      class: link ? 'link' : 'hearsay', x1: outer * (from?.x ?? 0), y1: outer * (from?.y ?? 0), x2: outer * x, y2: outer * y,
    }));
    if (link) parts.push(arrow(outer * x, outer * y, link.outbound));
  }
  const names = links.size <= mostNames;
  for (const { peer, x, y } of placed) parts.push(node(peer, links.get(peer.peer), outer * x, outer * y, size));
  for (const { peer, x, y } of placed) { // over all others
    if (names && peer.hops === 1) {
      parts.push(svg('text', { class: 'peer', x: Math.max(-named, Math.min(named, outer * x)), y: outer * y + (y < 0 ? -size - 2 : size + 6) }, short(peer.peer)));
    }
  }
  parts.push(svg('g', { class: 'self' }, svg('circle', { r: 6 }), svg('circle', { r: 3 }), svg('title', {}, t('network.self'))));
  return parts;
}

/** Half-way along a link: who made it. @param {number} x @param {number} y @param {boolean} outbound */
function arrow(x, y, outbound) {
  const turn = (Math.atan2(y, x) * 180) / Math.PI + (outbound ? 0 : 180);
  return svg('path', { class: 'arrow', d: 'M-2.5-2.5 2 0-2.5 2.5', transform: `translate(${x * 0.55} ${y * 0.55}) rotate(${turn})` });
}

/**
 * A circle is a neighbour, a square one that is limited, a hollow circle was heard of.
 * @param {HorizonPeer} peer @param {Link | undefined} link @param {number} x @param {number} y @param {number} r
 */
function node(peer, link, x, y, r) {
  const said = link
    ? [link.outbound ? t('network.made.here') : t('network.made.there'), span(link.age), link.limited ? t('network.limited') : '']
    : [t('network.hops', { n: peer.hops }), t('network.files', { n: peer.files })];
  const shape = link?.limited
    ? svg('rect', { class: 'limited', x: x - r, y: y - r, width: 2 * r, height: 2 * r })
    : svg('circle', { class: link ? 'linked' : 'heard', cx: x, cy: y, r: link ? r : r * 0.8 });
  return svg('g', { class: `hop${Math.min(7, peer.hops)}` }, shape, svg('title', {}, [peer.peer, ...said].filter(Boolean).join(' · ')));
}

function legend() {
  const sample = (/** @type {any} */ shape, /** @type {string} */ text) =>
    h('li', {}, svg('svg', { class: 'netmap sample', viewBox: '-8 -6 16 12', 'aria-hidden': 'true' }, shape), text);
  return h('figcaption', {}, h('ul', { class: 'legend' },
    sample(svg('g', { class: 'self' }, svg('circle', { r: 5 }), svg('circle', { r: 2.5 })), t('network.self')),
    sample(svg('g', { class: 'hop1' }, svg('circle', { class: 'linked', r: 4.5 })), t('network.legend.linked')),
    sample(svg('rect', { class: 'limited', x: -4, y: -4, width: 8, height: 8 }), t('network.legend.limited')),
    sample(svg('circle', { class: 'heard', r: 4 }), t('network.legend.heard')),
    sample([svg('line', { class: 'link', x1: -8, x2: 8 }), svg('path', { class: 'arrow', d: 'M-2.5-2.5 2 0-2.5 2.5' })], t('network.legend.arrow'))));
}
