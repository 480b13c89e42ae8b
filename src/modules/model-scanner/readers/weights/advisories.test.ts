import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { externalTensor, field, gguf, message, onnxModel } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const real = (name: string) =>
  Uint8Array.from(readFileSync(join(import.meta.dirname, '../../../../../test/corpus/model-scanner/real', name)));
const key = (name: string) => bytes(u64(name.length), name);
const oneKey = (...value: readonly Uint8Array[]) => bytes('GGUF', u32(3), u64(0), u64(1), key('general.x'), ...value, new Uint8Array(64));
const architecture = ['general.architecture', 'llama'] as const;
const external = (location: string, ...more: readonly (readonly [string, string])[]) =>
  onnxModel(message(field(5, externalTensor(location, ...more))));

/** A file for each advisory that does what it describes. @source NVD. */
const hostile: Readonly<Record<string, Uint8Array>> = {
  // GGUF: counts and lengths that overflow an allocation.
  'CVE-2024-21836': bytes('GGUF', u32(3), u64(2n ** 60n), u64(0), new Uint8Array(64)),
  'CVE-2024-23605': bytes('GGUF', u32(3), u64(0), u64(2n ** 60n), new Uint8Array(64)),
  'CVE-2024-23496': oneKey(bytes(u32(8)), bytes(u64(2n ** 63n))),
  'CVE-2024-21825': oneKey(bytes(u32(9)), bytes(u32(8)), bytes(u64(2n ** 62n))),
  'CVE-2024-21802': gguf([architecture], [{ name: 'a', dimensions: [1, 1, 1, 1, 1], offset: 0 }], 32),
  'CVE-2025-53630': gguf([architecture], [{ name: 'a', dimensions: [2n ** 40n, 2n ** 40n], offset: 0 }], 32),
  'CVE-2026-27940': gguf([architecture], [{ name: 'a', dimensions: [2n ** 62n, 4], offset: 0 }], 32),
  'CVE-2024-39720': gguf([architecture], [{ name: 'a', dimensions: [8], offset: 2n ** 40n }], 32),
  'CVE-2025-49847': bytes(
    'GGUF',
    u32(3),
    u64(0),
    u64(1),
    key('tokenizer.ggml.tokens'),
    u32(9),
    u32(8),
    u64(1),
    u64(2n ** 31n),
    new Uint8Array(64),
  ),
  'CVE-2025-52566': bytes(
    'GGUF',
    u32(3),
    u64(0),
    u64(1),
    key('tokenizer.ggml.tokens'),
    u32(9),
    u32(8),
    u64(1),
    u64(2n ** 32n),
    new Uint8Array(64),
  ),
  'CVE-2024-34359': gguf([['tokenizer.chat_template', '{{ x.__class__.__mro__ }}']], [], 0),
  // ONNX: tensors outside the folder, and keys that become attributes.
  'CVE-2022-25882': external('../../secret'),
  'CVE-2024-27318': external('a/../../secret'),
  'CVE-2025-51480': external('/etc/secret'),
  'CVE-2026-34445': external('w.bin', ['__class__', 'x']),
  // HDF5: values elsewhere, virtual data sets, shapes without data.
  'CVE-2026-1669': real('external.h5'),
  'CVE-2026-12480': real('virtual.h5'),
  'CVE-2026-0897': real('shape.h5'),
  'CVE-2026-12570': real('shape.h5'),
};

for (const [id, file] of Object.entries(hostile))
  test(`${id}: a file that does this is not clean and names the advisory`, () => {
    const report = reportOf(file, 'model.bin');
    assert.ok(
      report.findings.flatMap(({ references }) => references).includes(id),
      JSON.stringify(report.findings.map(({ evidence }) => evidence)),
    );
    assert.ok(['malicious', 'suspicious', 'incomplete'].includes(report.verdict), report.verdict);
  });
