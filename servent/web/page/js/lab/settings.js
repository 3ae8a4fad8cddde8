// What the lab is to try: a form, and the request that it says.

import { fill, h } from '../dom.js';
import { t } from '../words.js';

/**
 * The topologies, with the numbers that each takes and what they begin with.
 * @type {Record<string, [name: string, begin: number][]>}
 */
const TOPOLOGIES = {
  ring: [['n', 12]], line: [['n', 10]], star: [['n', 12]], tree: [['branches', 3], ['levels', 4]], complete: [['n', 6]],
  grid: [['rows', 5], ['columns', 8]], regular: [['n', 60], ['links', 4]], gnp: [['n', 60], ['chance', 0.06]], gnm: [['n', 60], ['all', 120]],
  smallworld: [['n', 60], ['links', 4], ['chance', 0.1]], ba: [['n', 100], ['links', 2]], plrg: [['n', 200], ['exponent', 2.4]],
  twotier: [['ultrapeers', 8], ['leaves', 60]],
};
const STRATEGIES = ['flood', 'flood:ttl', 'ring', 'walk:1', 'walk:4', 'walk:16', 'walk:16:nobacktrack', 'walk:16:statekeeping'];
const LATENCIES = ['equal', 'const:20ms', 'uniform:10ms..50ms', 'exp:100ms'];
/** As a server takes a request, written as JSON: 8 MiB, and some room. */
const MOST_FILE = (8 << 20) - (1 << 16);
const SOON = 350; // ms after the last key until what was typed is tried

export class Settings {
  /** @param {(request: any) => void} changed told a whole api.LabRequest */
  constructor(changed) {
    this.changed = changed;
    this.timer = 0;
    /** @type {{text: string, name: string}|null} */
    this.file = null;
    this.problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    this.topology = select('topology', [...Object.keys(TOPOLOGIES), 'file'].map((name) => [name, t(`lab.topology.${name}`)]));
    this.numbers = h('div', { class: 'lab-numbers' });
    this.upload = h('input', { type: 'file', accept: '.txt,.edges,.csv,.graphml,.dot,.gv,.json', change: () => this.read() });
    this.ttl = number('ttl', 3, 1, 15);
    this.seed = number('seed', 1, 0, Number.MAX_SAFE_INTEGER);
    this.source = h('input', { type: 'number', min: 0, step: 1, placeholder: t('lab.source.default') });
    this.replicas = h('input', { type: 'text', inputmode: 'text', value: '', placeholder: '0', pattern: '\\d+%?|\\d*\\.\\d+%' });
    this.strategies = [0, 1, 2].map((k) => new Choice(t('lab.strategy.n', { n: k + 1 }), k ? ['', ...STRATEGIES] : STRATEGIES, 'lab.strategy'));
    this.latency = new Choice(t('lab.latency'), LATENCIES, 'lab.latency');
    this.dedup = select('dedup', [['', t('lab.dedup.plain')], ['ttl', t('lab.dedup.ttl')]]);
    this.loss = number('loss', 0, 0, 100);
    this.loss.step = 'any';
    this.push = h('input', { type: 'checkbox' });
    this.element = this.build();
    this.pick();
  }

  build() {
    const field = (/** @type {string} */ key, /** @type {HTMLElement} */ input) => h('label', { class: 'field' }, t(key), input);
    return h('form', {
      class: 'lab-form', 'aria-label': t('lab.settings'),
      submit: (/** @type {Event} */ e) => { e.preventDefault(); this.tell(0); },
      input: (/** @type {Event} */ e) => this.entered(e),
    },
    field('lab.topology', this.topology), this.numbers,
    h('div', { class: 'lab-numbers' }, field('lab.ttl', this.ttl), field('lab.seed', this.seed)),
    this.strategies[0].element,
    h('details', { class: 'lab-more' }, h('summary', {}, t('lab.compare')), this.strategies[1].element, this.strategies[2].element),
    h('div', { class: 'lab-numbers' }, field('lab.replicas', this.replicas), field('lab.source', this.source)),
    h('details', { class: 'lab-more' }, h('summary', {}, t('lab.conditions')),
      this.latency.element, field('lab.dedup', this.dedup), field('lab.loss', this.loss),
      h('label', { class: 'choice' }, this.push, t('lab.push'))),
    this.problem,
    h('button', { class: 'button plain', type: 'submit' }, t('lab.run')));
  }

  /** @param {Event} e */
  entered(e) {
    if (e.target === this.topology) this.pick();
    if (e.target === this.upload) return; // once it is read
    for (const choice of [...this.strategies, this.latency]) choice.entered();
    const typed = e.target instanceof HTMLInputElement && e.target.type !== 'checkbox';
    this.tell(typed ? SOON : 0);
  }

  /** Shows the numbers of the topology. @param {string[]} [values] */
  pick(values = []) {
    const name = this.topology.value;
    fill(this.numbers, name === 'file'
      ? h('label', { class: 'field' }, t('lab.graph.file'), this.upload)
      : TOPOLOGIES[name].map(([key, begin], k) => h('label', { class: 'field' }, t(`lab.number.${key}`),
        h('input', { type: 'number', min: 0, step: Number.isInteger(begin) ? 1 : 'any', value: values[k] ?? begin, required: true }))));
  }

  async read() {
    const file = this.upload.files?.[0];
    if (!file) return;
    const text = file.size > MOST_FILE ? '' : await file.text();
    if (file.size > MOST_FILE || new Blob([JSON.stringify(text)]).size > MOST_FILE) {
      this.fail(t('lab.graph.large', { n: Math.ceil(MOST_FILE / (1 << 20)) }));
      return;
    }
    this.file = { name: file.name, text };
    this.tell(0);
  }

  /** @param {number} delay */
  tell(delay) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const bad = this.element.querySelector(':invalid');
      if (bad) {
        this.fail(`${bad.closest('label')?.firstChild?.textContent ?? ''}: ${bad.validationMessage}`);
        bad.setAttribute('aria-invalid', 'true');
        return;
      }
      if (this.topology.value === 'file' && !this.file) return;
      this.fail('');
      this.changed(this.request());
    }, delay);
  }

  /** Says what is wrong. @param {string|Node} text */
  fail(text) {
    for (const input of this.element.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
    fill(this.problem, text);
    this.problem.hidden = text === '';
  }

  /** @returns {any} the api.LabRequest that the form says */
  request() {
    const graph = this.topology.value === 'file' && this.file;
    const numbers = [...this.numbers.querySelectorAll('input')].map((input) => input.value);
    const strategies = [...new Set(this.strategies.map((s) => s.value).filter(Boolean))];
    return {
      ...(graph ? { graph: graph.text, graph_name: graph.name } : { topology: `${this.topology.value}:${numbers.join(',')}` }),
      ttl: Number(this.ttl.value), seed: Number(this.seed.value), strategies,
      dedup: this.dedup.value || undefined, latency: this.latency.value === 'equal' ? undefined : this.latency.value,
      loss: Number(this.loss.value) > 0 ? `${this.loss.value}%` : undefined, replicas: this.replicas.value.trim() || undefined,
      source: this.source.value === '' ? undefined : Number(this.source.value), push: this.push.checked || undefined,
    };
  }

  /** Shows what a request says. @param {any} request */
  show(request) {
    const [name, rest = ''] = String(request.topology ?? '').split(':');
    if (request.graph || request.graph_name) {
      this.topology.value = 'file';
      this.file = request.graph ? { name: request.graph_name ?? '', text: request.graph } : null;
    } else this.topology.value = TOPOLOGIES[name] ? name : 'ring';
    this.pick(TOPOLOGIES[name] ? rest.split(',') : []);
    this.ttl.value = String(request.ttl || lastOf(request.ttls) || 7);
    this.seed.value = String(request.seed ?? 1);
    this.strategies.forEach((choice, k) => choice.set(request.strategies?.[k] ?? (k ? '' : 'flood')));
    this.latency.set(request.latency || 'equal');
    this.dedup.value = request.dedup === 'ttl' ? 'ttl' : '';
    this.loss.value = String(parseFloat(request.loss) || 0);
    this.replicas.value = String(request.replicas ?? '').split(',')[0];
    this.source.value = request.source ?? '';
    this.push.checked = Boolean(request.push);
    const [compare, conditions] = this.element.querySelectorAll('details');
    compare.open ||= (request.strategies?.length ?? 0) > 1;
    conditions.open ||= Boolean(request.latency || request.dedup || request.loss || request.push);
    this.fail('');
  }
}

/** A value from a list, or another one, typed. */
class Choice {
  /**
   * @param {string} label
   * @param {string[]} values
   * @param {string} key of their texts
   */
  constructor(label, values, key) {
    this.select = h('select', {}, values.map((value) => h('option', { value }, t(`${key}.${value.replaceAll(/[:.]+/g, '-') || 'none'}`))),
      h('option', { value: OTHER }, t('lab.other')));
    this.input = h('input', { type: 'text', 'aria-label': t('lab.other.of', { what: label }), hidden: true, autocomplete: 'off', spellcheck: 'false' });
    this.element = h('div', { class: 'lab-choice' }, h('label', { class: 'field' }, label, this.select), this.input);
    this.values = values;
  }

  get value() { return this.select.value === OTHER ? this.input.value.trim() : this.select.value; }

  entered() { this.input.hidden = this.select.value !== OTHER; }

  /** @param {string} value */
  set(value) {
    const known = this.values.includes(value);
    this.select.value = known ? value : OTHER;
    if (!known) this.input.value = value;
    this.entered();
  }
}

const OTHER = 'other';

/**
 * @param {string} name
 * @param {string[][]} options
 * @returns {HTMLSelectElement}
 */
function select(name, options) {
  return h('select', { name }, options.map(([value, text]) => h('option', { value }, text)));
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} min
 * @param {number} max
 * @returns {HTMLInputElement}
 */
function number(name, value, min, max) {
  return h('input', { type: 'number', name, value, min, max, step: 1, required: true });
}

/** The last of a range of TTLs. @param {unknown} range */
function lastOf(range) { return Number(String(range ?? '').split('..').at(-1)); }
