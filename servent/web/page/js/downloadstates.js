// What the states of downloads and of their sources mean.

/** @import {Batch, Download, DownloadSource} from './types.js' */

/** Which acts a download offers now. @param {Pick<Download, 'state'>} download @returns {string[]} */
export function offers({ state }) {
  switch (state) {
    case 'done': return ['forget'];
    case 'paused': case 'failed': return ['resume', 'cancel'];
    case 'cancelled': return [];
  }
  return ['pause', 'cancel'];
}

/** Whether it has begun, and has neither ended nor been stopped. @param {Pick<Download, 'state'>} download */
export const moves = ({ state }) => state === 'running' || state === 'waiting';

/** @param {Pick<Download, 'state'>} download */
export const isDone = ({ state }) => state === 'done';

/** How much of a file is here, of 1; -1 where its size is not known. @param {{size: number, verified: number}} file */
export function share({ size, verified }) {
  if (size < 0) return -1;
  return size === 0 ? 1 : verified / size;
}

const order = ['answers', 'choked', 'silent', 'dialled', 'known', 'lost', 'banned'];

/** Puts those first that give most. @param {DownloadSource[]} sources */
export function byWorth(sources) {
  return [...sources].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.rate - a.rate || b.received - a.received);
}

/** Adds up rates. @param {{rate: number}[]} all */
export function sum(all) {
  return all.reduce((total, one) => total + one.rate, 0);
}

/**
 * The rate of all that is fetched: the large files of a batch are downloads too.
 * @param {Download[]} downloads @param {Batch[]} batches
 */
export function downRate(downloads, batches) {
  const moving = downloads.filter(moves);
  const small = batches.map((batch) => ({ rate: Math.max(0, batch.rate - sum(moving.filter((one) => one.path.startsWith(batch.path)))) }));
  return sum([...moving, ...small]);
}
