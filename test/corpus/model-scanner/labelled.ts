/** Our own mixed benchmark: hostile and harmless artefacts in many formats, each with what is true about it. Harmless payloads only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { hostileSamples } from '../../../src/modules/model-scanner/pickle/testing/hostile.ts';
import { bytes, harmlessPickle } from './build-bytes.ts';
import { npy } from './build-models.ts';
import { tar } from './build-tar.ts';
import { zip } from './build-zip.ts';
import { type Labelled, labelledModels } from './labelled-models.ts';
import { realSeeds } from './seeds.ts';

const goldenPath = join(import.meta.dirname, '../../../src/modules/model-scanner/pickle/testing/clean-pickles.golden.json');

/** What people wrap pickles in; the same for hostile and harmless ones, so that the wrapping itself tells nothing. */
const wrappings: readonly { readonly kind: string; readonly name: string; readonly wrap: (pickle: Uint8Array) => Uint8Array }[] = [
  { kind: 'pickle', name: 'model.pkl', wrap: (pickle) => pickle },
  { kind: 'torch-zip', name: 'model.pt', wrap: torchZip },
  {
    kind: 'zip',
    name: 'model.zip',
    wrap: (pickle) =>
      zip([
        { name: 'a/readme.txt', data: bytes('text') },
        { name: 'a/m.bin', data: pickle, method: 8 },
      ]),
  },
  { kind: 'tar', name: 'model.tar', wrap: (pickle) => tar([{ name: 'm/w.bin', data: pickle }]) },
  { kind: 'tar in gzip', name: 'model.tar.gz', wrap: (pickle) => gzipSync(tar([{ name: 'm/w.bin', data: pickle }])) },
  { kind: 'gzip', name: 'model.pkl.gz', wrap: (pickle) => gzipSync(pickle) },
  { kind: 'zlib', name: 'model.joblib', wrap: (pickle) => deflateSync(pickle) },
  { kind: 'zstd', name: 'model.pkl.zst', wrap: (pickle) => zstdCompressSync(pickle) },
  { kind: 'brotli', name: 'model.pkl.br', wrap: (pickle) => brotliCompressSync(pickle) },
  { kind: 'npy', name: 'model.npy', wrap: (pickle) => npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle) },
  { kind: 'wrong name', name: 'weights.safetensors', wrap: (pickle) => pickle },
  { kind: 'zip in zip', name: 'x.zip', wrap: (pickle) => zip([{ name: 'inner', data: zip([{ name: 'deep', data: pickle }]) }]) },
];

function torchZip(pickle: Uint8Array): Uint8Array {
  return zip([
    { name: 'archive/data.pkl', data: pickle },
    { name: 'archive/byteorder', data: bytes('little') },
    { name: 'archive/version', data: bytes('3\n') },
  ]);
}

function cleanPickles(): { readonly name: string; readonly data: Uint8Array }[] {
  const golden: Record<string, string> = JSON.parse(readFileSync(goldenPath, 'utf8'));
  return [
    { name: 'dictionary', data: harmlessPickle },
    ...Object.entries(golden).map(([name, base64]) => ({ name, data: Uint8Array.from(Buffer.from(base64, 'base64')) })),
  ];
}

/** Every hostile pickle bare and in two more wrappings, in turn; every harmless one in all of those that hold any pickle. */
export function labelledCorpus(): Labelled[] {
  const hostile = hostileSamples.flatMap(({ data }, at) => [0, at + 1, at + 5].map((turn) => wrapped(data, turn, true)));
  const harmless = cleanPickles().flatMap(({ data }, at) => [0, at + 1, at + 5].map((turn) => wrapped(data, turn, false)));
  const saved = realSeeds()
    .filter(({ name }) => name.startsWith('plain'))
    .map(({ name, bytes: data }) => ({ family: `saved ${name.slice(name.indexOf('.') + 1)}`, name, bytes: data, harmful: false }));
  return [...hostile, ...harmless, ...saved, ...labelledModels()];
}

function wrapped(data: Uint8Array, turn: number, harmful: boolean): Labelled {
  const chosen = wrappings[turn % wrappings.length] ?? wrappings[0];
  return { family: chosen?.kind ?? 'pickle', name: chosen?.name ?? 'model.pkl', bytes: chosen?.wrap(data) ?? data, harmful };
}
