// Where servents stand in a map of the horizon: this one in the middle, each other
// on the ring of its hops, behind the neighbour that told of it. Pure.

/** @import {HorizonPeer} from './types.js' */

/** A servent in its place: the middle is 0, 0, and the outermost ring has radius 1. @typedef {{peer: HorizonPeer, x: number, y: number}} Placed */

/**
 * Places peers. Those behind one neighbour stand in one sector, as wide as they are many.
 * @param {HorizonPeer[]} peers
 * @returns {{rings: number, placed: Placed[]}}
 */
export function rings(peers) {
  const sectors = new Map(peers.filter((p) => p.hops === 1).map((p) => [p.peer, /** @type {HorizonPeer[]} */ ([])]));
  for (const p of peers) {
    if (p.hops === 1) continue;
    const behind = sectors.get(p.via);
    if (behind) behind.push(p);
    else sectors.set(p.via, [p]);
  }
  const outermost = Math.max(1, ...peers.map((p) => p.hops));
  const whole = [...sectors.values()].reduce((sum, behind) => sum + weight(behind), 0);
  const own = new Map(peers.map((p) => [p.peer, p]));
  /** @type {Placed[]} */
  const placed = [];
  let from = -0.25; // of a turn: the top
  for (const [via, behind] of [...sectors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const width = weight(behind) / whole, neighbour = own.get(via);
    if (neighbour?.hops === 1) placed.push(at(neighbour, from + width / 2, radius(1, outermost)));
    /** @type {Map<number, HorizonPeer[]>} */
    const byHops = new Map();
    for (const p of behind) byHops.set(p.hops, [...(byHops.get(p.hops) ?? []), p]);
    for (const [hops, on] of byHops) {
      on.forEach((p, i) => placed.push(at(p, from + (width * (i + 0.5)) / on.length, radius(hops, outermost))));
    }
    from += width;
  }
  return { rings: outermost, placed };
}

/** How far from the middle a ring is; the first has room for names. @param {number} hops @param {number} outermost */
export function radius(hops, outermost) {
  return (hops + 1.5) / (outermost + 1.5);
}

/** How much room those behind a neighbour need beside others. @param {HorizonPeer[]} behind */
function weight(behind) {
  return 1 + Math.sqrt(behind.length);
}

/** @param {HorizonPeer} peer @param {number} turn @param {number} r @returns {Placed} */
function at(peer, turn, r) {
  return { peer, x: r * Math.cos(2 * Math.PI * turn), y: r * Math.sin(2 * Math.PI * turn) };
}
