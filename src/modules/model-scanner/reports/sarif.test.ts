import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { compareScans } from './compare.ts';
import { readReport } from './read-report.ts';
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

function validator() {
  // The schema is of draft 4; what it uses differs from draft 7 in the name of its id only.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ allErrors: true, strict: false });
  formats.default(ajv);
  return ajv.compile(schema);
}

test('the log is valid by the published schema', { skip }, () => {
  const validate = validator();
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
  const nested = run.results.find(({ locations }) => locations[0]?.logicalLocations.at(-1)?.fullyQualifiedName.includes('@0x'));
  assert.ok(nested);
  assert.equal(nested.locations[0]?.physicalLocation.region, undefined);
  const [outer, inner] = nested.locations[0]?.logicalLocations ?? [];
  assert.equal(outer?.fullyQualifiedName, 'models/m 1.zip');
  assert.match(inner?.fullyQualifiedName ?? '', /^models\/m 1\.zip!a\. b\/x\.pkl@0x[0-9a-f]+$/);
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

const [kept, dropped] = input.findings;
const decision = { fingerprint: null, rule: 'r', path: 'p', reason: 'Reviewed.', owner: 'ml\u202e', expires: '2030-01-01' };

test('against a baseline every result is new, unchanged or absent, and the log stays valid', { skip }, () => {
  assert.ok(kept && dropped);
  const before = readReport(
    JSON.stringify(sarifReport({ ...input, findings: [{ ...kept, path: 'moved/elsewhere.zip' }, dropped] })),
    'b.sarif',
  );
  const after = { findings: input.findings.filter((finding) => finding !== dropped), files: null, verdict: null, rulesVersion: 'abc' };
  const comparison = compareScans(before, after);
  assert.ok(comparison.sameRules);
  const log = sarifReport({ ...input, findings: after.findings, comparison });
  const states = (log.runs[0] as { results: { baselineState: string }[] }).results.map(({ baselineState }) => baselineState);
  assert.equal(states.filter((state) => state === 'unchanged').length, 1);
  assert.equal(states.filter((state) => state === 'absent').length, 1);
  assert.equal(states.filter((state) => state === 'new').length, input.findings.length - 2);
  assert.ok(validator()(JSON.parse(JSON.stringify(log))));
});

test('what is absent in a baseline does not come back from it', () => {
  assert.ok(dropped);
  const log = sarifReport({ ...input, findings: [], comparison: { fresh: [], gone: [dropped] } });
  assert.deepEqual(readReport(JSON.stringify(log), 'b.sarif').findings, []);
});

test('a suppressed finding stays in the log, with who decided and why', { skip }, () => {
  assert.ok(kept);
  const log = sarifReport({ ...input, held: [{ finding: kept, suppression: decision }] });
  const marked = (log.runs[0] as { results: { suppressions?: unknown[] }[] }).results.filter(({ suppressions }) => suppressions);
  assert.deepEqual(
    marked.map(({ suppressions }) => suppressions),
    [[{ kind: 'external', status: 'accepted', justification: 'Reviewed.', properties: { owner: 'ml\\u{202e}', expires: '2030-01-01' } }]],
  );
  assert.ok(validator()(JSON.parse(JSON.stringify(log))));
});

test('a file that is no report is refused with its name', () => {
  assert.throws(() => readReport('{', 'x.json'), { code: 'scan-report.notJson' });
  assert.throws(() => readReport('{"version":"2.1.0"}', 'x.json'), { code: 'scan-report.notReport' });
  const foreign = { version: '2.1.0', runs: [{ results: [{ ruleId: 'other' }] }] };
  assert.throws(() => readReport(JSON.stringify(foreign), 'x.json'), { code: 'scan-report.fewFingerprints' });
});

test('informational findings are no failures', () => {
  const levels = new Set(run.results.filter(({ kind }) => kind === 'informational').map(({ level }) => level));
  assert.deepEqual([...levels], ['none']);
});
