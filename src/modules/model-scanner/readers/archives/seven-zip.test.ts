import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { bytes, callingPickle, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/** Written by 7-Zip 26.02; see make_archives.py beside them. */
const real = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../../test/corpus/model-scanner/archives/${name}`, import.meta.url)));
const calls = (file: Uint8Array) => allOf(artefactOf(file)).some(({ globals }) => globals.some(({ name }) => name === 'system'));

for (const name of ['copy', 'lzma', 'lzma2', 'bcj', 'delta', 'deflate', 'deflate64', 'bzip2'])
  test(`every file of an archive packed with ${name} is read, with the checksum its writer stored`, () => {
    const artefact = artefactOf(real(`${name}.7z`), 'notes.txt');
    assert.equal(artefact.format, '7z');
    // A checksum that does not match would stand here: the code with its turned jumps comes out as it went in.
    assert.deepEqual(codesOf(artefact), []);
    assert.deepEqual(artefact.members.map(({ where, size }) => [where.containerPath.at(-1), size]).sort(), [
      ['model.pkl', callingPickle.length],
      ['notes.txt', 160],
      ['program.bin', 1200],
    ]);
    assert.ok(calls(real(`${name}.7z`)));
  });

test('methods that are not decoded and encrypted archives are incomplete, never clean', () => {
  for (const [name, reason] of [
    ['ppmd', 'unsupported'],
    ['bcj2', 'unsupported'],
    ['encrypted', 'encrypted'],
    ['encrypted-header', 'encrypted'],
  ] as const) {
    const report = reportOf(real(`${name}.7z`));
    assert.ok(
      report.unread.some((unread) => unread.reason === reason),
      name,
    );
    assert.ok(['incomplete', 'unsupported', 'malicious'].includes(report.verdict), `${name}: ${report.verdict}`);
  }
});

test('the finding in a packed file carries the way to it', () => {
  const report = reportOf(real('lzma2.7z'), 'a.7z');
  const found = report.findings.find(({ evidence }) => evidence.includes('system'));
  assert.deepEqual(found?.where.containerPath, ['a.7z', 'model.pkl']);
  assert.equal(report.verdict, 'malicious');
});

/** One stored file, a header as 7zFormat.txt writes it. */
function sevenZip(content: Uint8Array, { name = 'model.pkl', crc = crc32(content) }: { name?: string; crc?: number } = {}): Uint8Array {
  const named = bytes([0], Buffer.from(`${name}\0`, 'utf16le'));
  const header = bytes(
    [0x01, 0x04, 0x06, 0x00, 0x01, 0x09],
    number(content.length),
    [0x00, 0x07, 0x0b, 0x01, 0x00, 0x01, 0x01, 0x00, 0x0c],
    number(content.length),
    [0x0a, 0x01],
    u32(crc),
    [0x00, 0x00, 0x05, 0x01, 0x11],
    number(named.length),
    named,
    [0x00, 0x00],
  );
  const start = bytes(u64(content.length), u64(header.length), u32(crc32(header)));
  return bytes('7z\u00bc\u00af\u0027\u001c', [0, 4], u32(crc32(start)), start, content, header);
}

function number(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 | (value >> 8), value & 255];
}

test('an archive built after the specification opens; a wrong checksum is a lie and the file is read all the same', () => {
  assert.deepEqual(codesOf(artefactOf(sevenZip(callingPickle))), []);
  const changed = sevenZip(callingPickle, { crc: 1 });
  assert.deepEqual(codesOf(artefactOf(changed)), ['7z-bad-crc']);
  assert.ok(calls(changed));
});

test('names that climb out of the folder are external paths', () => {
  assert.equal(artefactOf(sevenZip(callingPickle, { name: '../../x' })).externalPaths[0]?.text, '../../x');
});

test('a torch archive wrapped in 7z whose tail is broken is read from its front, and stays incomplete', () => {
  const torch = zip([{ name: 'm/data.pkl', data: callingPickle }]);
  for (const whole of [sevenZip(torch), real('lzma.7z'), real('lzma2.7z')]) {
    const cut = whole.subarray(0, whole.length - 12);
    const report = reportOf(cut);
    assert.ok(
      report.findings.some(({ evidence }) => evidence.includes('system')),
      'the call is found',
    );
    assert.ok(report.unread.some(({ reason }) => reason === 'truncated'));
  }
});

test('a pickle behind the archive is found, and hiding it there is a lie', () => {
  const file = bytes(sevenZip(bytes('hello')), callingPickle);
  assert.ok(codesOf(artefactOf(file)).includes('7z-hidden-stream'));
  assert.ok(calls(file));
});

test('changed and cut archives never throw and never read for ever', () => {
  const files = ['lzma', 'lzma2', 'bcj', 'deflate64', 'bzip2', 'copy'].map((name) => real(`${name}.7z`));
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), fc.boolean(), (file, place, value, cut) => {
      const changed = Uint8Array.from(file);
      const at = place % file.length;
      changed[at] = value;
      const report = reportOf(cut ? changed.subarray(0, at) : changed, 'x.7z', { wallMs: 5000 });
      assert.ok(
        report.unread.every(({ detail }) => !/TypeError|RangeError|RangeDecoder|undefined/.test(detail)),
        JSON.stringify(report.unread),
      );
    }),
    { numRuns: 400, seed: 7 },
  );
});
