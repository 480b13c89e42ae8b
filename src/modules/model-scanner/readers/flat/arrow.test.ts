import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import {
  type FlatFields,
  flatBuffer,
  table,
  tables,
  text,
  u8of,
  u16of,
  u64of,
} from '../../../../../test/corpus/model-scanner/build-flat.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const note = (key: string, value: string | Uint8Array): FlatFields => [
  text(key),
  typeof value === 'string' ? text(value) : { bytesText: value },
];
const column = (name: string, ...notes: readonly FlatFields[]): FlatFields => [
  text(name),
  u8of(0),
  u8of(2),
  table(u8of(32)),
  null,
  null,
  tables(...notes),
];
const schema = (...columns: readonly FlatFields[]): FlatFields => [u16of(0), tables(...columns)];

function stream(fields: FlatFields): Uint8Array {
  const message = flatBuffer([u16of(4), u8of(1), { table: fields }, u64of(0)]);
  return bytes(u32(0xffffffff), u32(message.length), message, u32(0xffffffff), u32(0));
}

/** Block: offset, metadata length with padding, body length. */
function file(fields: FlatFields, block: readonly number[] = []): Uint8Array {
  const start = bytes('ARROW1\0\0', stream(fields));
  const footer = flatBuffer([u16of(4), { table: fields }, null, { items: block, count: block.length / 24 }]);
  return bytes(start, footer, u32(footer.length), 'ARROW1');
}

const pickled = schema(
  column('a', note('ARROW:extension:name', 'arrow.py_extension_type'), note('ARROW:extension:metadata', callingPickle)),
);

test('plain columns are clean in both forms', () => {
  for (const made of [stream(schema(column('a'))), file(schema(column('a')))]) {
    const report = reportOf(made, 'x.bin');
    assert.equal(report.verdict, 'clean');
    assert.equal(report.role, 'dataset');
    assert.equal(report.metadata.fields, 1);
  }
});

test('an extension type that unpickles its metadata is malicious by what the pickle does (CVE-2023-47248)', () => {
  for (const made of [stream(pickled), file(pickled)]) {
    const report = reportOf(made, 'x.arrow');
    assert.equal(report.verdict, 'malicious');
    assert.ok(report.findings.some(({ references }) => references.includes('CVE-2023-47248')));
    assert.ok(report.findings.some(({ ruleId }) => ruleId === 'pickle-harmful-call'));
  }
});

test('the same name without a pickle is still suspicious, and another extension is not', () => {
  const named = (name: string) => stream(schema(column('a', note('ARROW:extension:name', name))));
  assert.equal(reportOf(named('arrow.py_extension_type'), 'x').verdict, 'suspicious');
  assert.equal(reportOf(named('arrow.fixed_shape_tensor'), 'x').verdict, 'clean');
});

test('a pickle in any note is opened, also as base64', () => {
  const spelt = Buffer.from(callingPickle).toString('base64');
  assert.equal(reportOf(stream(schema(column('a', note('hidden', spelt)))), 'x').verdict, 'malicious');
});

test('nested columns are walked', () => {
  const outer: FlatFields = [
    text('list'),
    u8of(1),
    u8of(12),
    table(),
    null,
    tables(column('inner', note('ARROW:extension:name', 'arrow.py_extension_type'))),
  ];
  assert.equal(reportOf(stream(schema(outer)), 'x').verdict, 'suspicious');
});

test('blocks and footers that leave the file are found', () => {
  assert.deepEqual(codesOf(artefactOf(file(schema(column('a')), [...u32(0), ...u32(9), ...u32(8), ...u32(0), ...u32(0), ...u32(0)]))), [
    'arrow-block',
  ]);
  const cut = file(schema(column('a')));
  assert.equal(reportOf(cut.subarray(0, cut.length - 8), 'x.arrow').verdict, 'incomplete');
});

test('four bytes of ones at the start of something else are no stream', () => {
  assert.equal(artefactOf(bytes(u32(0xffffffff), new Uint8Array(60))).format, 'unknown');
});
