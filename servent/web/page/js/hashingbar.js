// How far the hashing of the shared files is.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { duration, number, percent, rate, size } from './format.js';
import { shown } from './names.js';
import { bar, say } from './parts.js';

/** @import {Hashing} from './types.js' */

const patience = 800; // ms: a file that is hashed in less moves nothing on the page

/** Makes a bar that is hidden while nothing is hashed. */
export function hashingBar() {
  const progress = bar(t('library.hashing'));
  const far = h('span'), speed = h('span'), left = h('span'), file = h('span', { class: 'file-line small faint' });
  const element = h('section', { class: 'card hashing stack', 'aria-label': t('library.hashing'), hidden: true },
    h('h2', {}, t('library.hashing')), progress.element, h('div', { class: 'facts-row small' }, far, speed, left), file);
  let told = '', since = 0;
  /** @param {Hashing | undefined} hashing */
  const update = (hashing) => {
    const busy = hashing !== undefined && hashing.files > hashing.hashed;
    if (!busy) since = 0;
    else if (since === 0) since = Date.now();
    element.hidden = !busy || Date.now() - since < patience;
    if (!busy) return;
    const share = hashing.bytes > 0 ? hashing.bytes_hashed / hashing.bytes : hashing.hashed / hashing.files;
    const text = t('library.hashing.far', {
      n: hashing.files, count: hashing.files, done: number(hashing.hashed), all: number(hashing.files), size: size(hashing.bytes), percent: percent(share),
    });
    progress.set(share, text);
    say(far, text);
    say(speed, hashing.rate > 0 ? rate(hashing.rate) : '');
    say(left, hashing.eta >= 0 ? t('library.left', { time: duration(hashing.eta) }) : '');
    if (told !== hashing.file) fill(file, shown(hashing.file, 140));
    told = hashing.file;
  };
  return { element, update };
}
