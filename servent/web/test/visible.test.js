import test from 'node:test';
import assert from 'node:assert/strict';
import { visible } from '../page/js/visible.js';

test('what does not show is spelt out', () => {
  for (const [text, want] of [
    ['SEBLINUX été 日本語 😀 نام\u200cها.iso', 'SEBLINUX été 日本語 😀 نام\u200cها.iso'],
    ['photo\u202egpj.exe', 'photo‹RLO›gpj.exe'],
    ['\u2066a\u2069\u200e\ufeff\u00ad', '‹LRI›a‹PDI›‹LRM›‹U+FEFF›‹U+00AD›'],
    ['\u001b[1A\u0000\u009b', '␛[1A␀‹U+009B›'],
    ['\u{e0041}\ud800', '‹U+E0041›‹U+D800›'],
    ['two\nlines', 'two\nlines'],
  ]) assert.equal(visible(text), want);
});
