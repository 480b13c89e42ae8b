import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { sarifReport } from './sarif.ts';

const file = zip([{ name: 'a\u202e b/x.pkl', data: callingPickle, crc: 5 }]);
const { findings } = reportOf(file, 'models/m 1.zip');
const input = {
  root: '/srv/models',
  findings: findings.map((finding) => ({ ...finding, path: 'models/m 1.zip' })),
  unread: [{ path: 'b.bin', reason: 'unsupported' as const, detail: 'No reader\u001b[31m.' }],
  engineVersion: '1.2.3',
  rulesVersion: 'abc',
};
type Run = {
  results: {
    ruleId: string;
    ruleIndex: number;
    level: string;
    kind: string;
    locations: {
      physicalLocation: { artifactLocation: { uri: string }; region?: unknown };
      logicalLocations: { fullyQualifiedName: string }[];
    }[];
    partialFingerprints: Record<string, string>;
  }[];
  tool: { driver: { rules: { id: string }[] } };
  invocations: { toolExecutionNotifications: { message: { text: string } }[] }[];
};
const run = sarifReport(input).runs[0] as unknown as Run;

/** The published schema, where a checkout has it beside itself; it is not part of the package. */
const schemaPath = join(import.meta.dirname, '../../../../../shared/data/schemas/sarif-2.1.0.schema.json');
const skip = existsSync(schemaPath) ? false : 'the published schema is not at hand';

test('the log is valid by the published schema', { skip }, () => {
  // The schema is of draft 4; what it uses differs from draft 7 in the name of its id only.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ allErrors: true, strict: false });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  assert.ok(validate(JSON.parse(JSON.stringify(sarifReport(input)))), JSON.stringify(validate.errors?.slice(0, 5)));
  assert.ok(!validate({ version: '2.1.0', runs: [{}] }), 'the schema refuses a wrong log');
});

test('every finding is a result of a listed rule, with its fingerprint', () => {
  assert.equal(run.results.length, findings.length);
  for (const [i, { ruleId, ruleIndex, partialFingerprints }] of run.results.entries()) {
    assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.equal(partialFingerprints['aiSpmFinding/v1'], findings[i]?.fingerprint);
  }
});

test('offsets inside a member are no offsets of the file: they stand in the logical location', () => {
  const nested = run.results.find(({ locations }) => locations[0]?.logicalLocations[0]?.fullyQualifiedName.includes('@0x'));
  assert.ok(nested);
  assert.equal(nested.locations[0]?.physicalLocation.region, undefined);
});

test('addresses are encoded and text of the attacker is escaped', () => {
  assert.equal(run.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri, 'models/m%201.zip');
  const text = JSON.stringify(run);
  assert.ok(!text.includes('\u202e') && !text.includes('\\u001b'));
  assert.equal(run.invocations[0]?.toolExecutionNotifications[0]?.message.text, 'Not read (unsupported): No reader\\u{1b}[31m.');
});

test('the same scan gives the same log, byte for byte', () => {
  assert.equal(JSON.stringify(sarifReport(input)), JSON.stringify(sarifReport(structuredClone(input))));
});

test('informational findings are no failures', () => {
  const levels = new Set(run.results.filter(({ kind }) => kind === 'informational').map(({ level }) => level));
  assert.deepEqual([...levels], ['none']);
});
