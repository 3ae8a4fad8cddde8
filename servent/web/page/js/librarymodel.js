// The shared files as pages of a long list: those that were looked at last are kept.

/** @import {FileList, ListedFile} from './types.js' */

export const pageSize = 100, pagesKept = 40;

/** What is asked for. @typedef {{folder: string, words: string, sort: string, reverse: boolean}} View */

export class Pages {
  /**
   * @param {(request: View & {from: number, limit: number}) => Promise<FileList>} fetch
   * @param {(error?: unknown) => void} tell is called when something has come
   */
  constructor(fetch, tell) {
    this.fetch = fetch;
    this.tell = tell;
    /** @type {View} */
    this.view = { folder: '', words: '', sort: 'place', reverse: false };
    /** @type {Map<number, ListedFile[]>} by their number, the one that was used last at the end */
    this.pages = new Map();
    /** @type {Set<number>} */
    this.stale = new Set();
    /** @type {Set<number>} */
    this.asked = new Set();
    this.turn = 0;
    this.total = -1; // not known yet
    this.bytes = 0;
    this.hashing = 0;
  }

  /** Asks for other files, or for the same in another order. @param {Partial<View>} view */
  show(view) {
    this.view = { ...this.view, ...view };
    this.pages.clear();
    this.renew();
  }

  /** Asks anew for what is there; until it comes, the old is shown. */
  renew() {
    this.turn++;
    this.asked.clear();
    this.stale = new Set(this.pages.keys());
    void this.load(0);
  }

  /** Returns a file by its place in the list; undefined until it has come. @param {number} at @returns {ListedFile | undefined} */
  at(at) {
    const number = Math.floor(at / pageSize), page = this.pages.get(number);
    if (!page || this.stale.has(number)) void this.load(number);
    if (!page) return undefined;
    this.pages.delete(number);
    this.pages.set(number, page);
    return page[at % pageSize];
  }

  /** @param {number} number */
  async load(number) {
    if (this.asked.has(number)) return;
    this.asked.add(number);
    const { turn } = this;
    try {
      const list = await this.fetch({ ...this.view, from: number * pageSize, limit: pageSize });
      if (turn !== this.turn) return;
      this.total = list.total;
      this.bytes = list.bytes;
      this.hashing = list.hashing;
      this.pages.set(number, list.files);
      this.stale.delete(number);
      for (const old of this.pages.keys()) {
        if (this.pages.size <= pagesKept) break;
        this.pages.delete(old);
        this.asked.delete(old);
      }
      this.tell();
    } catch (error) {
      if (turn === this.turn) this.tell(error);
    }
  }

  /** Puts what is known of files by now in the place of what was. @param {{location: string, tags: string[]}[]} files */
  learn(files) {
    const byPlace = new Map(files.map((file) => [file.location, file.tags]));
    for (const page of this.pages.values()) {
      for (const file of page) file.tags = byPlace.get(file.location) ?? file.tags;
    }
    this.tell();
  }
}

/**
 * Which rows are to be made of those that scroll by: those that can be seen, and some
 * around them.
 * @param {number} top @param {number} height of what can be seen @param {number} row height of one @param {number} total
 * @returns {[from: number, to: number]}
 */
export function seen(top, height, row, total) {
  const around = 8;
  const from = Math.max(0, Math.floor(top / row) - around);
  return [Math.min(from, total), Math.min(total, Math.ceil((top + height) / row) + around)];
}

/** Reads keywords as they are typed, with commas between them. @param {string} text */
export function readTags(text) {
  return [...new Set(text.split(',').map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}

/** Reports whether a path is whole: from the root of a disk on. @param {string} path */
export function isWhole(path) {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}
