// A trace from a file: read, and its searches offered.

import { call } from '../calls.js';
import { fill, h } from '../dom.js';
import { visible } from '../visible.js';
import { t } from '../words.js';
import { MOST_BYTES, TraceError, groups, readTrace, runOf } from '../trace.js';

export class Traces {
  /**
   * @param {(run: any, name: string) => void} play
   * @param {(text: string) => void} fail
   */
  constructor(play, fail) {
    this.play = play;
    this.fail = fail;
    this.file = h('input', { type: 'file', accept: '.trace,.jsonl,.json,.txt', change: () => this.read() });
    this.choice = h('select', { change: () => this.show() });
    this.which = h('label', { class: 'field', hidden: true }, t('lab.trace.search'), this.choice);
    this.element = h('div', { class: 'row' }, h('label', { class: 'field' }, t('lab.trace.load'), this.file), this.which);
    this.name = '';
    /** @type {import('../trace.js').Trace|null} */
    this.trace = null;
    /** @type {import('../trace.js').Search[][]} */
    this.groups = [];
    /** @type {any} */
    this.graph = null;
  }

  async read() {
    const file = this.file.files?.[0];
    if (!file) return;
    try {
      if (file.size > MOST_BYTES) throw new TraceError('trace.bytes', { n: MOST_BYTES >> 20 });
      this.trace = readTrace(await file.text());
      this.name = visible(file.name);
      this.groups = groups(this.trace);
      this.graph = await graphOf(this.trace.header);
      fill(this.choice, this.groups.map((group) => h('option', {}, t('lab.trace.one', {
        number: group[0].number, from: visible(this.trace?.names[group[0].from] ?? ''), strategies: visible(group.map((s) => s.strategy || '–').join(', ')) }))));
      this.which.hidden = this.groups.length < 2;
      this.show();
    } catch (error) {
      this.fail(error instanceof TraceError ? t(error.key, error.values) : t('trace.none', { line: 1 }));
    } finally {
      this.file.value = ''; // so that the same file can be read again
    }
  }

  show() {
    const group = this.groups[Math.max(0, this.choice.selectedIndex)];
    if (!this.trace || !group) return;
    this.play({ ...runOf(this.trace, group, this.graph), header: requestOf(this.trace.header, group) }, this.name);
  }
}

/**
 * A trace of the lab tells which graph it is of: with links that nothing crossed.
 * @param {Record<string, any>} header
 */
async function graphOf(header) {
  if (!/^[a-z]+:[\d.,]+$/.test(String(header.network)) || !Number.isSafeInteger(header.seed ?? 1)) return null;
  try {
    const run = await call('POST', '/api/lab', { topology: header.network, seed: header.seed ?? 1, ttl: 1, wants: 'reached' });
    return run.graph;
  } catch {
    return null; // what the trace tells of it will do
  }
}

/**
 * What the run was asked with, as far as it is written down again.
 * @param {Record<string, any>} header
 * @param {import('../trace.js').Search[]} group
 */
function requestOf(header, group) {
  const { seed, dedup, latency, loss } = header;
  return { seed, dedup, latency, loss: loss ? `${100 * loss}%` : undefined, replicas: group[0].replicas || undefined };
}
