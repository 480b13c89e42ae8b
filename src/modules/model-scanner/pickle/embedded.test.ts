import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { embeddedKind, globalAt, looksLikePickle } from './embedded.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test('knows streams by their first bytes', () => {
  assert.equal(embeddedKind(bytes('PK\x03\x04....')), 'zip');
  assert.equal(embeddedKind(gzipSync('x')), 'gzip');
  assert.equal(embeddedKind(deflateSync('some text that is compressed')), 'zlib');
  assert.equal(embeddedKind(bytes('\x80\x04K\x01.')), 'pickle');
  assert.equal(embeddedKind(bytes("cos\nsystem\n(S'x'\ntR.")), 'pickle');
  assert.equal(embeddedKind(bytes('(iacme\nThing\np0\n.')), 'pickle');
});

test('takes a zlib header without a block behind it for chance', () => {
  assert.equal(embeddedKind(Uint8Array.of(0x78, 0x9c, 0xff, 0xff, 0xff, 0xff)), undefined);
});

test('does not take prose or numbers for a stream', () => {
  assert.equal(embeddedKind(bytes('cats and dogs\nare animals\n')), undefined);
  assert.equal(embeddedKind(bytes('c1\n2\n')), undefined);
  assert.equal(embeddedKind(new Uint8Array(64)), undefined);
  assert.equal(looksLikePickle(Uint8Array.of(0x80, 4, 0xff)), false);
});

test('bounds the length of names it looks for', () => {
  assert.equal(globalAt(bytes(`c${'a'.repeat(1000)}\nb\n`), 0), false);
});
