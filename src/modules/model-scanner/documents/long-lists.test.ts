import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

/** More values than a JavaScript call takes as arguments: spreading them would end the reading before the operator is seen. */
const many = JSON.stringify(Array(300_000).fill(0));

const hidden: readonly (readonly [string, string])[] = [
  ['exported-program', `{"graph_module":{"graph":[{"target":"torch.ops.aten.save.default","inputs":[]},${many}]}}`],
  ['paddle-program', `{"base_code":{"magic":"pir","version":1},"program":[{"#":"custom_op.fast","I":[]},${many}]}`],
];

for (const [format, text] of hidden)
  test(`a list of 300,000 values in ${format} hides no operator and fails no reader`, () => {
    const artefact = artefactOf(bytes(text), 'model.json');
    assert.equal(artefact.format, format);
    assert.deepEqual(artefact.unread, []);
    assert.equal(artefact.operators.length, 1);
  });
