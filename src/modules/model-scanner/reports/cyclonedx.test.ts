import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv, type AnySchemaObject } from 'ajv';
import formats from 'ajv-formats';
import { type Bom, type BomModel, bomModel, bomThing } from './bom.ts';
import { completenessOf } from './completeness.ts';
import { type CyclonedxVersion, cyclonedxReport } from './cyclonedx.ts';

/** The published schemas, where a checkout has them beside itself; they are not part of the package. */
const folder = join(import.meta.dirname, '../../../../../shared/data/schemas');
const skip = existsSync(join(folder, 'cyclonedx-bom-1.6.schema.json')) ? false : 'the published schemas are not at hand';

function validator(version: CyclonedxVersion) {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: true });
  formats.default(ajv);
  ajv.addFormat('iri-reference', true);
  ajv.addFormat('idn-email', true);
  const read = (name: string) => JSON.parse(readFileSync(join(folder, `cyclonedx-${name}.schema.json`), 'utf8')) as AnySchemaObject;
  for (const [name, key] of [
    ['spdx', 'spdx'],
    ['jsf-0.82', 'jsf-0.82'],
    ['cryptography-defs', 'cryptography-defs'],
  ] as const)
    ajv.addSchema({ ...read(name), $id: `http://cyclonedx.org/schema/${key}.schema.json` });
  return ajv.compile(read(`bom-${version}`));
}

const model: BomModel = {
  ...bomModel('models/chat/model.safetensors', 'acme/chat-7b'),
  version: '1.2',
  purl: 'pkg:huggingface/acme/chat-7b@1.2',
  supplier: 'Acme',
  licences: [{ expression: 'Apache-2.0', acknowledgement: 'declared' }],
  digests: [{ algorithm: 'SHA-256', hex: 'ab'.repeat(32) }],
  occurrences: [{ location: 'models/chat/model.safetensors', line: null, offset: 8 }],
  identity: [{ field: 'purl', confidence: 0.9, technique: 'manifest-analysis', value: 'pkg:huggingface/acme/chat-7b@1.2' }],
  format: 'safetensors',
  approach: 'self-supervised',
  task: 'text-generation',
  architectureFamily: 'llama',
  architecture: 'LlamaForCausalLM',
  trainedOn: ['data/train.parquet', 'acme/secret-mix'],
  inputs: ['string'],
  outputs: ['string'],
  ancestors: [{ name: 'acme/base-7b', purl: 'pkg:huggingface/acme/base-7b' }],
  metrics: [{ type: 'accuracy', value: '0.91', slice: 'test' }],
  useCases: ['Support chat'],
  limitations: ['English only'],
  needs: ['data/train.parquet', 'pkg:pypi/torch@2.9.0', 'nowhere'],
  properties: new Map([['parameters', '7000000000']]),
};
const bom: Bom = {
  subject: { name: 'shop', version: null, type: 'application' },
  toolVersion: '1.0.0',
  createdAt: null,
  models: [model, bomModel('models/old.pkl', 'old.pkl')],
  datasets: [{ ...bomThing('data/train.parquet', 'train'), format: 'parquet', sensitive: ['e-mail address'] }],
  packages: [
    { ...bomThing('pkg:pypi/torch@2.9.0', 'torch'), version: '2.9.0', purl: 'pkg:pypi/torch@2.9.0', scope: 'required' },
    { ...bomThing('pkg:npm/a@1', 'a'), licences: [{ expression: 'MIT OR Apache-2.0', acknowledgement: 'declared' }], scope: 'optional' },
  ],
  files: [bomThing('app/serve.py', 'serve.py')],
  services: [
    {
      key: 'openai',
      name: 'gpt-9',
      provider: 'OpenAI',
      endpoints: ['https://api.example.test/v1'],
      authenticated: true,
      properties: new Map(),
    },
  ],
  vulnerabilities: [
    {
      id: 'CVE-2026-24747',
      source: { name: 'OSV', url: null },
      severity: 'high',
      score: { value: 8.1, method: 'CVSSv31', vector: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H' },
      cwes: [502],
      description: 'Loading a checkpoint may write outside a storage.',
      recommendation: 'Upgrade to 2.10.0.',
      affects: [
        { key: 'pkg:pypi/torch@2.9.0', version: '2.9.0' },
        { key: 'nowhere', version: null },
      ],
    },
  ],
  complete: false,
};

for (const version of ['1.6', '1.7'] as const)
  test(`a full document is valid by the published schema of ${version}, and so is an empty one`, { skip }, () => {
    const validate = validator(version);
    assert.ok(validate(JSON.parse(JSON.stringify(cyclonedxReport(bom, version)))), JSON.stringify(validate.errors?.slice(0, 5)));
    const empty: Bom = { ...bom, models: [], datasets: [], packages: [], files: [], services: [], vulnerabilities: [] };
    assert.ok(validate(JSON.parse(JSON.stringify(cyclonedxReport(empty, version)))), JSON.stringify(validate.errors?.slice(0, 5)));
    assert.ok(
      !validate({ bomFormat: 'CycloneDX', specVersion: version, components: [{ type: 'model' }] }),
      'the schema refuses a wrong document',
    );
  });

type Document = {
  serialNumber: string;
  components: { 'bom-ref': string; modelCard?: { modelParameters?: { datasets?: unknown[] } }; licenses?: unknown[] }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
  vulnerabilities: { affects: { ref: string }[] }[];
  metadata: { properties: { name: string; value: string }[] };
};
const documentOf = (rows: Bom) => cyclonedxReport(rows) as unknown as Document;

test('the same rows in another order give the same document; another fact gives another serial number', () => {
  const shuffled = { ...bom, models: bom.models.toReversed(), packages: bom.packages.toReversed() };
  assert.equal(JSON.stringify(cyclonedxReport(shuffled)), JSON.stringify(cyclonedxReport(bom)));
  assert.notEqual(documentOf({ ...bom, models: [model] }).serialNumber, documentOf(bom).serialNumber);
  assert.equal(documentOf({ ...bom, createdAt: '2026-01-01T00:00:00Z' }).serialNumber, documentOf(bom).serialNumber);
  assert.match(documentOf(bom).serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('data that is listed is linked, other data is named', () => {
  const chat = documentOf(bom).components.find((component) => component['bom-ref'] === 'model:models/chat/model.safetensors');
  assert.deepEqual(chat?.modelCard?.modelParameters?.datasets, [
    { ref: 'data:data/train.parquet' },
    { type: 'dataset', name: 'acme/secret-mix' },
  ]);
});

test('links lead to things that are listed, and to nothing else', () => {
  const { dependencies, components, vulnerabilities } = documentOf(bom);
  const chat = dependencies.find(({ ref }) => ref.startsWith('model:'));
  assert.deepEqual(chat?.dependsOn, ['data:data/train.parquet', 'package:pkg:pypi/torch@2.9.0']);
  assert.deepEqual(
    vulnerabilities[0]?.affects.map(({ ref }) => ref),
    ['package:pkg:pypi/torch@2.9.0'],
  );
  const refs = new Set([...components.map((component) => component['bom-ref']), 'subject', 'service:openai']);
  for (const { ref, dependsOn = [] } of dependencies) assert.ok([ref, ...dependsOn].every((name) => refs.has(name)));
  const subject = dependencies.find(({ ref }) => ref === 'subject');
  assert.ok(subject?.dependsOn?.includes('service:openai') && !subject.dependsOn.includes('data:data/train.parquet'));
});

test('licences are ids where SPDX knows them, an expression alone, and otherwise names', () => {
  const licencesOf = (...expressions: string[]) =>
    documentOf({
      ...bom,
      models: [{ ...model, licences: expressions.map((expression) => ({ expression, acknowledgement: 'declared' as const })) }],
    }).components[0]?.licenses;
  assert.deepEqual(licencesOf('MIT'), [{ license: { id: 'MIT', acknowledgement: 'declared' } }]);
  assert.deepEqual(licencesOf('MIT OR Apache-2.0'), [{ expression: 'MIT OR Apache-2.0', acknowledgement: 'declared' }]);
  assert.deepEqual(licencesOf('llama3'), [{ license: { name: 'llama3', acknowledgement: 'declared' } }]);
  assert.deepEqual(licencesOf('MIT', 'MIT OR Apache-2.0'), [
    { license: { id: 'MIT', acknowledgement: 'declared' } },
    { license: { name: 'MIT OR Apache-2.0', acknowledgement: 'declared' } },
  ]);
});

test('completeness: everything stated is 100, a bare name and nothing else is 5, and the mean names what is missing', () => {
  assert.equal(completenessOf([model]).score, 100);
  const bare = completenessOf([bomModel('x', 'x')]);
  assert.equal(bare.score, 5);
  const both = completenessOf(bom.models);
  assert.equal(both.score, 53); // (100 + 5) / 2, rounded up
  assert.ok(both.missing.some(({ field, models }) => field === 'training data' && models === 1));
  assert.equal(completenessOf([]).score, null);
  assert.ok(documentOf(bom).metadata.properties.some(({ name, value }) => name === 'ai-spm:completeness' && value === '53'));
});
