import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { flatBuffer, table, tables, text } from '../../../../../test/corpus/model-scanner/build-flat.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const core = flatBuffer([text('FlabuffersModel_v1'), table(), tables([text('model_guid'), text('a-b')])]);
const model = bytes('CBM1', u32(core.length), core);

test('a model is clean and its notes are read', () => {
  const report = reportOf(model, 'm.bin');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { version: 'FlabuffersModel_v1', model_guid: 'a-b' });
});

test('a size beyond the file and bytes behind the model are found', () => {
  assert.deepEqual(codesOf(artefactOf(bytes('CBM1', u32(10_000), core))), ['catboost-size']);
  assert.deepEqual(codesOf(artefactOf(bytes(model, 'tail'))), ['catboost-tail']);
});
