import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bytes, callingPickle, harmlessPickle, u16, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { tar } from '../../../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { bytesSource } from '../../engine/source.ts';
import { sparseSource } from './tar-sparse.ts';

/** Written by GNU tar 1.35, GNU cpio and GNU ar; see make_archives.py. */
const real = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../../test/corpus/model-scanner/archives/${name}`, import.meta.url)));
const unzipped = (name: string) => Uint8Array.from(gunzipSync(real(name)));
const names = (file: Uint8Array) => artefactOf(file).members.map(({ where }) => where.containerPath.at(-1));
const calls = (file: Uint8Array) => allOf(artefactOf(file)).some(({ globals }) => globals.some(({ name }) => name === 'system'));

/* ——— tar ——— */
for (const form of ['gnu', 'pax0.0', 'pax0.1', 'pax1.0'])
  test(`a file with holes in form ${form} has the size it has on disk`, () => {
    const artefact = artefactOf(unzipped(`sparse-${form}.tar.gz`));
    assert.deepEqual(codesOf(artefact), []);
    const [file] = artefact.members;
    assert.equal(file?.where.containerPath.at(-1), 'sparse.bin');
    assert.equal(file?.size, 900_003);
  });

test('ranges and holes come out in order, over their edges', () => {
  const source = sparseSource(
    bytesSource(bytes('abcdef')),
    {
      ranges: [
        { offset: 2, length: 2 },
        { offset: 6, length: 4 },
      ],
      size: 12,
      before: 0,
      inside: 0,
    },
    0,
  );
  assert.equal(Buffer.from(source.read(0, 12)).toString('latin1'), '\0\0ab\0\0cdef\0\0');
  assert.equal(Buffer.from(source.read(3, 5)).toString('latin1'), 'b\0\0cd');
  assert.equal(source.read(20, 4).length, 0);
});

test('sparse maps that overlap, run backwards or leave the file are refused', () => {
  for (const map of ['0,10,5,10', '10,5,0,5', '0,-1', '0,10,x,1', '900000,10']) {
    const artefact = artefactOf(tar([{ name: 'f', data: new Uint8Array(20), pax: { 'GNU.sparse.map': map, 'GNU.sparse.size': '100' } }]));
    assert.ok(codesOf(artefact).includes('tar-sparse'), map);
  }
});

test('a global header that names every member is a lie; one with a comment is ordinary', () => {
  const file = (pax: Record<string, string>) => {
    const plain = tar([{ name: 'a.pkl', data: harmlessPickle, pax }]);
    plain[156] = 'g'.charCodeAt(0);
    const sum = plain.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    plain.set(bytes(sum.toString(8).padStart(6, '0')), 148);
    return codesOf(artefactOf(plain));
  };
  assert.deepEqual(file({ path: 'other.pkl' }), ['tar-global-name']);
  assert.deepEqual(file({ comment: '0123456789abcdef' }), []);
});

test('whiteouts make an image layer, samples a data set, and what they hold is read', () => {
  const layer = artefactOf(tar([{ name: 'opt/.wh.old' }, { name: 'opt/m.pkl', data: callingPickle }]));
  assert.equal(layer.format, 'oci-layer');
  assert.equal(layer.metadata.get('whiteouts'), 1);
  const samples = ['000001', '000002'].flatMap((key) => [
    { name: `${key}.cls`, data: bytes('1') },
    { name: `${key}.pyd`, data: callingPickle },
  ]);
  const dataset = artefactOf(tar(samples));
  assert.equal(dataset.format, 'webdataset');
  assert.equal(dataset.role, 'dataset');
  assert.ok(calls(tar(samples)));
});

/* ——— ar, cpio ——— */
test('members of ar archives are opened under long and short names', () => {
  assert.deepEqual(names(real('long.a')), ['a_very_long_name_for_a_model.pkl', 'notes.txt']);
  assert.ok(calls(real('long.a')));
  const bsd = bytes(
    '!<arch>\n',
    'm.pkl'.length === 5 ? '#1/5'.padEnd(16) : '',
    '0'.padEnd(12),
    '0'.padEnd(6),
    '0'.padEnd(6),
    '644'.padEnd(8),
    String(5 + callingPickle.length).padEnd(10),
    '`\n',
    'm.pkl',
    callingPickle,
  );
  assert.deepEqual(names(bsd), ['m.pkl']);
});

for (const form of ['newc', 'odc', 'bin', 'crc'])
  test(`members of a cpio archive in form ${form} are opened`, () => {
    assert.equal(artefactOf(real(`${form}.cpio`)).format, 'cpio');
    assert.deepEqual(names(real(`${form}.cpio`)), ['model.pkl']);
    assert.deepEqual(codesOf(artefactOf(real(`${form}.cpio`))), []);
    assert.ok(calls(real(`${form}.cpio`)));
  });

test('archives that end early are not read to the end', () => {
  for (const name of ['newc.cpio', 'odc.cpio', 'long.a']) {
    const whole = real(name);
    const cut = artefactOf(whole.subarray(0, name === 'long.a' ? whole.length - 80 : 170));
    assert.ok(
      allOf(cut).some(({ unread }) => unread.length > 0),
      name,
    );
  }
});

test('RAR and CAB are named and unread', () => {
  for (const [format, start] of [
    ['rar', 'Rar!\u001a\u0007\u0001\0'],
    ['cab', 'MSCF\0\0\0\0'],
  ] as const) {
    const report = reportOf(bytes(start, new Uint8Array(60)));
    assert.equal(report.format, format);
    assert.ok(['unsupported', 'incomplete'].includes(report.verdict));
  }
});

/* ——— programs with an archive behind them ——— */
/** ELF64, little-endian, one segment that is the whole header page. */
function elf(load: Uint8Array = bytes()): Uint8Array {
  const header = bytes(
    '\x7fELF',
    [2, 1, 1],
    new Uint8Array(9),
    u16(2),
    u16(62),
    u32(1),
    u64(0x400000),
    u64(64),
    u64(0),
    u32(0),
    u16(64),
    u16(56),
    u16(1),
    u16(64),
    u16(0),
    u16(0),
  );
  const segment = bytes(u32(1), u32(5), u64(0), u64(0x400000), u64(0x400000), u64(120), u64(120), u64(4096));
  return bytes(header, segment, load);
}

/** PE with one section of 512 bytes at 512. */
function pe(load: Uint8Array = bytes(), start = 'MZ'): Uint8Array {
  const dos = bytes(start, new Uint8Array(60 - start.length), u32(64));
  const coff = bytes('PE\0\0', u16(0x8664), u16(1), new Uint8Array(12), u16(0), u16(0x22));
  const section = bytes('.text\0\0\0', u32(512), u32(4096), u32(512), u32(512), new Uint8Array(16));
  const head = bytes(dos, coff, section);
  return bytes(head, new Uint8Array(1024 - head.length), load);
}

const macho = (load: Uint8Array = bytes()) =>
  bytes([0xcf, 0xfa, 0xed, 0xfe], u32(0x1000007), u32(3), u32(2), u32(1), u32(72), u32(0), u32(0), new Uint8Array(72), load);
const ape = (load: Uint8Array = bytes()) => pe(load, "MZqFpD='\n");

for (const [kind, build] of Object.entries({ elf, pe, macho, ape }))
  test(`a zip behind a program (${kind}) is read with the program named, and the two together are ordinary`, () => {
    const file = build(
      zip([
        { name: '.args', data: bytes('-m\nm.gguf\n') },
        { name: 'm.pkl', data: callingPickle },
      ]),
    );
    const artefact = artefactOf(file);
    assert.equal(artefact.format, 'executable');
    assert.ok(!codesOf(artefact).includes('two-formats'));
    assert.ok(allOf(artefact).some(({ format }) => format === 'llamafile'));
    const report = reportOf(file);
    assert.ok(report.findings.some(({ ruleId }) => ruleId === 'native-code'));
    assert.ok(report.findings.some(({ evidence }) => evidence.includes('system')));
  });

test('a pickle behind the last section or segment of a program is read', () => {
  for (const build of [elf, pe]) {
    const found = artefactOf(build(bytes(callingPickle, new Uint8Array(5))));
    assert.ok(allOf(found).some(({ globals }) => globals.some(({ name }) => name === 'system')));
  }
});

test('a universal Mach-O file is native code, a Java class is none', () => {
  const fat = bytes(
    [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 1],
    [1, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 64, 0, 0, 0, 40, 0, 0, 0, 6],
    new Uint8Array(100),
  );
  assert.ok(reportOf(fat).findings.some(({ ruleId }) => ruleId === 'native-code'));
  assert.ok(!codesOf(artefactOf(fat)).includes('two-formats'));
  const java = bytes([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x34], new Uint8Array(100));
  assert.deepEqual(reportOf(java).findings, []);
});

test('two letters of a program in front of weights prove nothing', () => {
  assert.deepEqual(
    allOf(artefactOf(bytes('MZ', new Uint8Array(400)))).flatMap(({ code }) => code),
    [],
  );
});

/* ——— kinds of zip ——— */
test('a DDUF file with packed members, deep folders or other endings breaks its own format; the same zip under another name does not', () => {
  const parts = [
    { name: 'model_index.json', data: bytes('{"_class_name": "FluxPipeline"}'), method: 8 as const },
    { name: 'vae/deep/x.json', data: bytes('{}') },
    { name: 'unet/run.py', data: bytes('x = 1\n') },
  ];
  assert.deepEqual(codesOf(artefactOf(zip(parts), 'm.dduf')).sort(), ['dduf-compressed', 'dduf-depth', 'dduf-ending']);
  assert.deepEqual(codesOf(artefactOf(zip(parts), 'm.zip')), []);
  assert.equal(artefactOf(zip(parts), 'm.dduf').format, 'dduf');
});

test('a CoreML package is told by its folders', () => {
  const file = zip([
    { name: 'm.mlpackage/Manifest.json', data: bytes('{}') },
    { name: 'm.mlpackage/Data/com.apple.CoreML/model.mlmodel', data: bytes('x') },
  ]);
  assert.equal(artefactOf(file).format, 'coreml-package');
});

test('a size that deflate cannot reach is said to be impossible', () => {
  const file = zip([{ name: 'a', data: new Uint8Array(100), method: 8, declaredSize: 2 ** 30 }]);
  assert.ok(codesOf(artefactOf(file)).includes('zip-impossible-size'));
});

test('changed and cut archives never throw', () => {
  const files: Uint8Array[] = [
    ...['newc.cpio', 'odc.cpio', 'bin.cpio', 'long.a'].map(real),
    unzipped('sparse-gnu.tar.gz').slice(0, 3000),
    unzipped('sparse-pax1.0.tar.gz').slice(0, 4000),
    elf(callingPickle),
    pe(callingPickle),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), fc.boolean(), (file, place, value, cut) => {
      const changed = Uint8Array.from(file);
      const at = place % file.length;
      changed[at] = value;
      const report = reportOf(cut ? changed.subarray(0, at) : changed, 'x', { wallMs: 5000 });
      assert.ok(
        report.unread.every(({ detail }) => !/TypeError|RangeError|undefined/.test(detail)),
        JSON.stringify(report.unread),
      );
    }),
    { numRuns: 500, seed: 3 },
  );
});
