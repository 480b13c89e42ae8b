import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytes, callingPickle, harmlessPickle, oldCallingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import {
  externalTensor,
  field,
  gguf,
  numbersArray,
  onnxModel,
  savedModel,
  tfGraph,
  twoTensors,
} from '../../../../test/corpus/model-scanner/build-models.ts';
import { tar } from '../../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

const real = join(import.meta.dirname, '../../../../test/corpus/model-scanner/real');
const samples: readonly Uint8Array[] = [
  harmlessPickle,
  callingPickle,
  oldCallingPickle,
  zip([
    { name: 'a/data.pkl', data: harmlessPickle },
    { name: 'a/data/0', data: new Uint8Array(64), method: 8 },
    { name: 'a/version', data: bytes('3') },
  ]),
  tar([{ name: 'x', data: harmlessPickle, pax: { path: 'y' } }]),
  numbersArray('(2, 3)', 24),
  twoTensors,
  gguf(
    [
      ['general.architecture', 'llama'],
      ['k', ['a', 'b']],
    ],
    [{ name: 't', dimensions: [8], offset: 0 }],
    32,
  ),
  onnxModel(bytes(field(1, bytes(field(4, 'Add'))), field(5, externalTensor('w.bin')))),
  savedModel(tfGraph([{ name: 'x', op: 'Placeholder' }], [{ name: 'r', op: 'ReadFile' }])),
  ...readdirSync(real)
    .filter((name) => !name.endsWith('.py'))
    .map((name) => Uint8Array.from(readFileSync(join(real, name)))),
];

/** Failures that are ours, not the file's. */
const defect = /^(TypeError|RangeError|Error|ReferenceError|SyntaxError|AssertionError)/;

test('a mutated file of any format never throws, never hangs and never makes a reader fail', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: samples.length - 1 }),
      fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat({ max: 255 }))), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.option(fc.nat(), { nil: undefined, freq: 4 }),
      (which, changes, cut) => {
        const file = Uint8Array.from(samples[which] ?? []);
        for (const [at, value] of changes) file[at % file.length] = value;
        const mutated = cut === undefined ? file : file.subarray(0, cut % (file.length + 1));
        const startedAt = process.cpuUsage();
        const all = allOf(artefactOf(mutated, 'file', { outputBytes: 8e6, heldBytes: 4e6, ratioFloorBytes: 8e6 }));
        const { user, system } = process.cpuUsage(startedAt);
        assert.ok(user + system < 2_000_000, 'took longer than 2 s of the processor');
        for (const { unread } of all)
          for (const { reason, detail } of unread) assert.ok(reason !== 'reader-failed' || !defect.test(detail), detail);
      },
    ),
    { numRuns: 1500, seed: 7 },
  );
});

test('random bytes are never called anything they are not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 400 }), (random) => {
      const { format, globals } = artefactOf(random, 'file');
      assert.ok(globals.length === 0, format);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('the name is a hint only: a pickle is a pickle under every name', () => {
  for (const name of ['m.safetensors', 'a.txt', 'config.json', 'x', 'm.onnx', 'm.gguf']) {
    assert.equal(artefactOf(callingPickle, name).format, 'pickle', name);
    assert.equal(artefactOf(oldCallingPickle, name).format, 'pickle', name);
  }
});

test('every fact says where it is, beginning with the name of the file', () => {
  const all = allOf(artefactOf(zip([{ name: 'x.pkl', data: callingPickle, crc: 3 }]), 'outer.zip'));
  for (const { anomalies, globals, where } of all)
    for (const place of [where, ...anomalies.map((fact) => fact.where), ...globals.map((fact) => fact.where)])
      assert.equal(place.containerPath[0], 'outer.zip');
});
