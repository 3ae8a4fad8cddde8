// Names of others show what is in them, and do nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, plain } from '../page/js/names.js';

test('what does not show is spelt out', () => {
  for (const [name, want] of [
    ['seblinux.iso', 'seblinux.iso'],
    ['a\u001b[31mb\n.txt', 'a␛[31mb␊.txt'],
    ['x\u007f\u0085', 'x␡‹U+0085›'],
    ['photo\u202egnp.exe', 'photo‹RLO›gnp.exe'],
    ['\u2066a\u2069\u200f\u061c', '‹LRI›a‹PDI›‹RLM›‹ALM›'],
    ['zero\u200bwidth\u00ad\ufeff', 'zero‹U+200B›width‹U+00AD›‹U+FEFF›'],
    ['line\u2028two\u2029', 'line‹U+2028›two‹U+2029›'],
    ['tag\u{e0041}', 'tag‹U+E0041›'],
    ['lone\ud800', 'lone‹U+D800›'],
    ['private\ue000', 'private‹U+E000›'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['👩\u200d💻 שלום', '👩\u200d💻 שלום'],
  ]) assert.equal(plain(name), want);
});

test('heaps of marks stay within their line', () => {
  assert.equal(plain(`a${'\u0301'.repeat(500)}b`, 1000), `a${'\u0301'.repeat(6)}b`);
});

test('a long name is cut in the middle', () => {
  assert.equal(cut('abcdefghij', 10), 'abcdefghij');
  assert.equal(cut('abcdefghijk', 10), 'abcdef…ijk');
  const short = cut(`${'x'.repeat(10_000)}.iso`, 40);
  assert.equal(short.length, 40);
  assert.match(short, /^x+…x+\.iso$/);
  assert.match(cut('😀'.repeat(100), 9), /^(😀)+…(😀)+$/u);
});
