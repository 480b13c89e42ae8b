import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, codesOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const booster = '{"version":[2,0,0],"learner":{"gradient_booster":{}}}';

test('a kind is found by its content under any name', () => {
  for (const name of ['model.json', 'model', 'notes.md']) assert.equal(artefactOf(bytes(booster), name).format, 'xgboost-json', name);
});

test('words hidden by escapes are found', () => {
  const hidden = booster.replace('learner', '\\u006cearner');
  assert.equal(artefactOf(bytes(hidden), 'model.json').format, 'xgboost-json');
});

test('a key that stands twice in what a kind reads is told with its line', () => {
  const artefact = artefactOf(bytes('{"model_type":"a",\n"auto_map":{},\n"auto_map":{"AutoModel":"x.Y"}}'), 'config.json');
  assert.deepEqual(codesOf(artefact), ['json-repeated-key']);
  assert.equal(artefact.anomalies[0]?.where.line, 3);
});

test('broken text is worth a word only where its name says what it is to be', () => {
  assert.equal(artefactOf(bytes('{"auto_map": '), 'config.json').unread.length, 1);
  assert.equal(artefactOf(bytes('{"auto_map": '), 'notes.json').unread.length, 0);
});

test('nesting made to kill a parser is told under any name', () => {
  assert.equal(artefactOf(bytes(`{"auto_map":${'['.repeat(100_000)}`), 'notes.json').unread.length, 1);
});

test('unpacked text above what may be held is read as far as it may, and the rest is told', () => {
  const limits = { heldBytes: 2 * 2 ** 20 };
  const line = 'model = AutoModel.from_pretrained("acme/x", trust_remote_code=True)\n';
  const long = `import os\n${line}${'# a line of words\n'.repeat(200_000)}`;
  const { members } = artefactOf(gzipSync(bytes(long)), 'load.py.gz', limits);
  const told = members[0]?.unread.map(({ reason, detail }) => `${reason}: ${detail}`) ?? [];
  assert.ok(told.includes('budget: The text beyond byte 2097152 is more than may be held.'), told.join(' '));
  assert.notEqual(members[0]?.format, 'text', 'a kind knows it by what was read');
  const { members: lines } = artefactOf(gzipSync(bytes('{"a": 1}\n'.repeat(400_000))), 'data.jsonl.gz', limits);
  assert.deepEqual(lines[0]?.unread, [], 'lines of data are no configuration');
});
