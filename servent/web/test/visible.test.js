import test from 'node:test';
import assert from 'node:assert/strict';
import { visible } from '../page/js/visible.js';

test('what does not show is written as its number', () => {
  for (const [text, want] of [
    ['SEBLINUX été 日本語 😀 نام\u200cها.iso', 'SEBLINUX été 日本語 😀 نام\u200cها.iso'],
    ['photo\u202egpj.exe', 'photo\\u202egpj.exe'],
    ['\u2066a\u2069\u200e\ufeff\u00ad', '\\u2066a\\u2069\\u200e\\ufeff\\u00ad'],
    ['\u001b[1A\u0000\u009b', '\\u001b[1A\\u0000\\u009b'],
    ['\u{e0041}\ud800', '\\U000e0041\\ud800'],
    ['two\nlines', 'two\nlines'],
  ]) assert.equal(visible(text), want);
});
