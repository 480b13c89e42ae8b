import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { namedBrowser, unpackBrowser } from './unpacked-browser.ts';

const program = Buffer.alloc(3 * 2 ** 20, 'a browser ');

function pack(bytes: Buffer): { folder: string; packed: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'browser-'));
  const packed = join(folder, 'packed.br');
  writeFileSync(packed, bytes);
  return { folder, packed, path: join(folder, 'cache/chromium') };
}

test('several that unpack the browser at once all find it whole, and it can be run', async () => {
  const { folder, packed, path } = pack(brotliCompressSync(program));
  const asked = Array.from({ length: 4 }, async () => readFileSync(await unpackBrowser(path, packed)));
  for (const found of await Promise.all(asked)) assert.ok(found.equals(program));
  assert.equal(statSync(path).mode & 0o111, 0o111);
  assert.deepEqual(readdirSync(join(folder, 'cache')), ['chromium'], 'nothing is left beside it');
});

test('one that is there is taken as it is', async () => {
  const { packed, path } = pack(brotliCompressSync(program));
  await unpackBrowser(path, packed);
  writeFileSync(path, 'another');
  assert.equal(readFileSync(await unpackBrowser(path, packed), 'utf8'), 'another');
});

test('an unpacking that fails leaves nothing that a second one would take for the browser', async () => {
  const { folder, packed, path } = pack(brotliCompressSync(program).subarray(0, 10));
  await assert.rejects(unpackBrowser(path, packed));
  assert.deepEqual(readdirSync(join(folder, 'cache')), []);
});

test('a browser that is named is used instead, an empty name is none', () => {
  assert.equal(namedBrowser({ CHROMIUM_PATH: '/usr/bin/chromium' }), '/usr/bin/chromium');
  assert.equal(namedBrowser({ CHROMIUM_PATH: '' }), null);
  assert.equal(namedBrowser({}), null);
});
