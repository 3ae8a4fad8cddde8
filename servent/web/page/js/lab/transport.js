// Time in the lab: play, pause, one step on or back, anywhere.

import { h, fill } from '../dom.js';
import { icon } from '../icons.js';
import { typing } from '../keys.js';
import { still } from '../picture.js';
import { t } from '../words.js';
import { clock } from './words.js';

/** @typedef {import('../playback.js').Playback} Playback */

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const STEP = 700; // ms in which a step is shown
const REST = 900; // ms between steps for who wants no movement

export class Transport {
  /**
   * @param {{show: (t: number) => void, stopped: (t: number) => void}} told
   *   show at each time that is shown; stopped where it stays there
   */
  constructor(told) {
    this.told = told;
    /** @type {Playback|null} */
    this.playback = null;
    this.time = 0;
    this.target = NaN; // of the step under way
    this.playing = false;
    this.frame = 0;
    this.last = 0;
    this.ending = new AbortController();
    this.play = button('play', () => this.toggle());
    this.slider = h('input', { type: 'range', min: 0, max: 1, step: 'any', value: 0, 'aria-label': t('lab.time'), input: () => this.seek(Number(this.slider.value)) });
    this.clock = h('span', { class: 'lab-clock' });
    this.speed = h('select', { 'aria-label': t('lab.speed') }, SPEEDS.map((s) => h('option', { value: s, selected: s === 1 }, `${s} ×`)));
    this.buttons = {
      start: button('start', () => this.seek(0)), back: button('back', () => this.step(-1)),
      step: button('step', () => this.step(1)), end: button('end', () => this.seek(this.playback?.end ?? 0)),
    };
    this.element = h('div', { class: 'lab-transport', role: 'group', 'aria-label': t('lab.transport') },
      this.buttons.start, this.buttons.back, this.play, this.buttons.step, this.buttons.end, this.slider, this.clock, this.speed);
    document.addEventListener('keydown', (e) => this.key(e), { signal: this.ending.signal });
    this.refresh();
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.ending.abort();
  }

  /**
   * @param {Playback} playback
   * @param {number} time to be shown
   */
  load(playback, time) {
    this.halt();
    this.playback = playback;
    this.slider.max = String(playback.end || 1);
    this.seek(Math.min(time, playback.end));
  }

  /** @param {KeyboardEvent} e */
  key(e) {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e) || document.querySelector('dialog[open]')) return;
    const act = { k: () => this.toggle(), '.': () => this.step(1), ',': () => this.step(-1), Home: () => this.seek(0), End: () => this.seek(this.playback?.end ?? 0),
      '<': () => this.faster(-1), '>': () => this.faster(1) }[e.key];
    const range = e.target === this.slider && (e.key === 'Home' || e.key === 'End');
    if (!act || range) return;
    e.preventDefault();
    act();
  }

  /** @param {number} by */
  faster(by) {
    this.speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, this.speed.selectedIndex + by));
  }

  halt() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.playing = false;
    this.target = NaN;
  }

  toggle() {
    if (!this.playback) return;
    if (this.playing) {
      this.halt();
      this.stay(this.time);
      return;
    }
    this.halt();
    if (this.time >= this.playback.end) this.time = 0;
    this.playing = true;
    this.run();
    this.refresh();
  }

  /** @param {number} t */
  seek(t) {
    this.halt();
    this.stay(t);
  }

  /** One hop, or event, on or back. @param {1|-1} way */
  step(way) {
    const { playback } = this;
    if (!playback) return;
    const from = Number.isNaN(this.target) ? this.time : this.target;
    this.halt();
    const to = way > 0 ? playback.next(from) : playback.previous(from);
    if (way < 0 || still() || to <= from) {
      this.stay(to);
      return;
    }
    this.time = from;
    this.target = to;
    this.run();
  }

  run() {
    this.last = performance.now();
    const tick = () => {
      const now = performance.now(), passed = now - this.last;
      if (still() && this.playing && passed < REST / Number(this.speed.value)) {
        this.frame = requestAnimationFrame(tick);
        return;
      }
      this.last = now;
      this.pass(passed);
      if (this.frame) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** @param {number} ms of the reader's time */
  pass(ms) {
    const playback = /** @type {Playback} */ (this.playback), speed = Number(this.speed.value);
    const stepping = !Number.isNaN(this.target), until = stepping ? this.target : playback.end;
    // What takes long to draw is not skipped, but takes longer.
    const rate = stepping ? Math.max(playback.unit, until - this.time) / STEP : (playback.unit * speed) / 1000;
    let to = this.time + Math.min(ms, 100) * rate;
    if (still() && !stepping) to = playback.next(this.time);
    if (to >= until) {
      this.halt();
      this.stay(until);
      return;
    }
    this.time = to;
    this.refresh();
    this.told.show(to);
  }

  /** @param {number} t */
  stay(t) {
    this.time = t;
    this.refresh();
    this.told.show(t);
    this.told.stopped(t);
  }

  refresh() {
    const { playback, time } = this, none = !playback;
    const name = t(this.playing ? 'lab.pause' : 'lab.play');
    if (this.play.textContent !== name) {
      this.play.setAttribute('aria-label', name);
      this.play.title = name;
      fill(this.play, icon(this.playing ? 'pause' : 'play'), h('span', {}, name));
    }
    this.play.disabled = none;
    disable(this.buttons.start, none || time <= 0);
    disable(this.buttons.back, none || time <= 0);
    disable(this.buttons.step, none || time >= playback.end);
    disable(this.buttons.end, none || time >= playback.end);
    this.slider.disabled = none;
    this.slider.value = String(time);
    const said = playback ? clock(playback, time) : '';
    this.slider.setAttribute('aria-valuetext', said);
    this.clock.textContent = said;
  }
}

/**
 * Not the attribute that would take the focus away.
 * @param {HTMLElement} element
 * @param {boolean} disabled
 */
function disable(element, disabled) { element.setAttribute('aria-disabled', String(disabled)); }

/**
 * @param {string} name
 * @param {() => void} act
 * @returns {HTMLButtonElement}
 */
function button(name, act) {
  const label = t(`lab.${name}`);
  const made = h('button', { type: 'button', class: name === 'play' || name === 'step' ? 'button' : 'button plain', 'aria-label': label, title: label,
    click: () => { if (made.getAttribute('aria-disabled') !== 'true') act(); } },
  icon(name), name === 'step' && h('span', {}, label));
  return made;
}
