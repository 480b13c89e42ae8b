import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { flatBuffer, integers, table, tables, text, u8of, u32of, u64of } from '../../../../../test/corpus/model-scanner/build-flat.ts';
import { field, message } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { allOf, artefactOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const folder = join(import.meta.dirname, '../../../../../test/corpus/model-scanner/real-formats');
/** Small formats of which no real file is at hand. */
const built: Readonly<Record<string, Uint8Array>> = {
  executorch: flatBuffer(
    [
      u32of(0),
      tables([
        text('forward'),
        null,
        null,
        integers(0),
        integers(1),
        tables([null, null, tables([u8of(1), table(u32of(0), integers(0))])]),
        tables([text('acme::x'), text('')]),
      ]),
      null,
      null,
      tables([u64of(0), u64of(8)]),
    ],
    'ET12',
  ),
  torch7: bytes(
    u32(4),
    u32(1),
    u32(3),
    'V 1',
    u32(9),
    'nn.Linear',
    u32(3),
    u32(2),
    u32(1),
    u32(2),
    u32(1),
    'w',
    u32(8),
    u32(3),
    u32(4),
    '\u001bLJ\u0002',
    u32(0),
  ),
  java: bytes([0xac, 0xed, 0, 5, 0x73, 0x72, 0, 12], 'com.acme.Net', new Uint8Array(8), [2, 0, 0, 0x78, 0x70]),
  mxnet: bytes(
    u64(0x112),
    u64(0),
    u64(1),
    u32(0xf993fac9),
    u32(0),
    u32(1),
    u64(2),
    u32(1),
    u32(0),
    u32(0),
    new Uint8Array(8),
    u64(1),
    u64(1),
    'a',
  ),
  paddle: message(
    field(
      1,
      message(field(1, 0), field(2, 0), field(4, message(field(3, 'py_func'), field(4, message(field(1, 'file_path'), field(5, '/x')))))),
    ),
  ),
  caffe: message(
    field(1, 'n'),
    field(100, message(field(1, 'l'), field(2, 'Python'), field(130, message(field(1, 'os'), field(2, 'system'))))),
  ),
  coreml: message(
    field(1, 4),
    field(2, message()),
    field(500, message(field(1, message(field(1, 'l'), field(500, message(field(10, 'X'))))))),
  ),
  tensorrt: bytes('ftrt', new Uint8Array(40), 'EfficientNMS_TRT', [0]),
};

/** Deterministic: the same mutants in every run. @source Numerical Recipes, linear congruential generator. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

const edges = [0, 1, 0x7f, 0x80, 0xff];

function* mutantsOf(whole: Uint8Array, seed: number): Generator<Uint8Array> {
  const random = numbers(seed);
  const next = () => random.next().value ?? 0;
  for (let length = 1; length < whole.length; length += Math.max(1, Math.floor(whole.length / 24))) yield whole.subarray(0, length);
  for (let i = 0; i < 60; i++) {
    const copy = Uint8Array.from(whole);
    const changes = 1 + (next() % 4);
    // Headers matter most: half of the changes stand in the first part.
    for (let j = 0; j < changes; j++)
      copy[next() % (next() % 2 === 0 ? Math.min(96, copy.length) : copy.length)] = edges[next() % edges.length] ?? next() % 256;
    yield copy;
  }
}

const samples = [
  ...readdirSync(folder)
    .filter((name) => !/\.(py|R|java)$/.test(name))
    .map((name) => [name, Uint8Array.from(readFileSync(join(folder, name)))] as const),
  ...Object.entries(built),
];

for (const [index, [name, whole]] of samples.entries())
  test(`${name}: whatever is cut or changed, the reader neither fails by itself nor takes long`, () => {
    for (const mutant of mutantsOf(whole, index + 1)) {
      const startedAt = performance.now();
      const failures = allOf(artefactOf(mutant, name))
        .flatMap(({ unread }) => unread)
        .filter(
          ({ reason, detail }) => reason === 'reader-failed' && /^(TypeError|RangeError|Error|ReferenceError|SyntaxError)/.test(detail),
        );
      assert.deepEqual(failures, [], Buffer.from(mutant).toString('base64').slice(0, 2000));
      assert.ok(performance.now() - startedAt < 2000, 'took longer than two seconds');
    }
  });
