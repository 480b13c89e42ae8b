/** CycloneDX 1.6 and 1.7: a bill of materials with models, data, packages, services and what is wrong with them. Pure. */
import { hash } from 'node:crypto';
import type { Bom, BomDataset, BomFile, BomModel, BomOccurrence, BomPackage, BomService, BomVulnerability } from './bom.ts';
import { completenessOf, fieldsOf } from './completeness.ts';
import { cyclonedxLicences } from './cyclonedx-licence.ts';

export type CyclonedxVersion = '1.6' | '1.7';
/** Plain data, ready for JSON. */
export type CyclonedxDocument = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;
type Component = BomModel | BomDataset | BomPackage | BomFile;

/**
 * @param bom rows in any order; keys are unique within their kind.
 * @returns the document. The same rows give the same document, byte for byte, and its serial number is made from its content; a
 * creation time is not part of that content. Links to keys that are not listed are left out.
 * @source CycloneDX 1.6 (ECMA-424, first edition) and 1.7.
 */
export function cyclonedxReport(bom: Bom, version: CyclonedxVersion = '1.6'): CyclonedxDocument {
  const refs = referencesOf(bom);
  const completeness = completenessOf(bom.models);
  const content = {
    components: [
      ...sorted(bom.models).map((model) => modelComponent(model, refs)),
      ...sorted(bom.datasets).map(dataComponent),
      ...sorted(bom.packages).map(packageComponent),
      ...sorted(bom.files).map((file) => ({ type: 'file', 'bom-ref': `file:${file.key}`, ...componentFields(file) })),
    ],
    services: sorted(bom.services).map(serviceEntry),
    dependencies: dependencies(bom, refs),
    compositions: [{ aggregate: bom.complete ? 'unknown' : 'incomplete', assemblies: [subjectRef] }],
    vulnerabilities: [...bom.vulnerabilities].sort(byVulnerability).map((entry, index) => vulnerabilityEntry(entry, index, refs)),
  };
  const metadata = {
    tools: { components: [{ type: 'application', name: 'ai-spm', version: bom.toolVersion }] },
    component: { type: bom.subject.type, 'bom-ref': subjectRef, name: bom.subject.name, ...optional('version', bom.subject.version) },
    properties: [
      { name: 'ai-spm:completeness', value: completeness.score === null ? 'unknown' : String(completeness.score) },
      ...completeness.missing.map(({ field, models }) => ({
        name: `ai-spm:missing:${field}`,
        value: `${models} of ${bom.models.length} models`,
      })),
    ],
  };
  const filled = Object.fromEntries(Object.entries(content).filter(([, items]) => items.length > 0));
  return {
    $schema: `http://cyclonedx.org/schema/bom-${version}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: version,
    serialNumber: serialOf([version, metadata, filled]),
    version: 1,
    metadata: { ...optional('timestamp', bom.createdAt), ...metadata },
    ...filled,
  };
}

const subjectRef = 'subject';

/** A name-based UUID over the content. @source RFC 9562, version 8: bits from SHA-256. */
function serialOf(content: unknown): string {
  const hex = hash('sha256', JSON.stringify(content));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Key → reference, for every thing that may be linked to. */
function referencesOf({ models, datasets, packages, files, services }: Bom): ReadonlyMap<string, string> {
  const kinds = { file: files, service: services, package: packages, data: datasets, model: models };
  return new Map(Object.entries(kinds).flatMap(([kind, things]) => things.map(({ key }): [string, string] => [key, `${kind}:${key}`])));
}

/** By code unit, so that the order is the same on every machine. */
function sorted<T extends { readonly key: string }>(things: readonly T[]): T[] {
  return [...things].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function byVulnerability(a: BomVulnerability, b: BomVulnerability): number {
  const [left, right] = [a, b].map(({ id, affects, description }) => JSON.stringify([id, affects, description]));
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function optional(name: string, value: string | null): Fields {
  return value === null || value === '' ? {} : { [name]: value };
}

function list(name: string, items: readonly unknown[]): Fields {
  return items.length === 0 ? {} : { [name]: items };
}

function componentFields(thing: Component): Fields {
  return {
    name: thing.name,
    ...optional('version', thing.version),
    ...optional('description', thing.description),
    ...(thing.supplier === null ? {} : { supplier: { name: thing.supplier } }),
    ...list(
      'hashes',
      thing.digests.map(({ algorithm, hex }) => ({ alg: algorithm, content: hex })),
    ),
    ...list('licenses', cyclonedxLicences(thing.licences)),
    ...optional('purl', thing.purl),
    ...evidenceOf(thing),
    ...list('properties', propertiesOf(thing.properties)),
  };
}

function propertiesOf(properties: ReadonlyMap<string, string>): Fields[] {
  return [...properties].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name: `ai-spm:${name}`, value }));
}

function evidenceOf({ identity, occurrences }: Component): Fields {
  const identities = identity.map(({ field, confidence, technique, value }) => ({
    field,
    confidence,
    concludedValue: value,
    methods: [{ technique, confidence, value }],
  }));
  const evidence = { ...list('identity', identities), ...list('occurrences', occurrences.map(occurrenceEntry)) };
  return Object.keys(evidence).length === 0 ? {} : { evidence };
}

function occurrenceEntry({ location, line, offset }: BomOccurrence): Fields {
  return { location, ...(line === null ? {} : { line }), ...(offset === null ? {} : { offset }) };
}

function modelComponent(model: BomModel, refs: ReadonlyMap<string, string>): Fields {
  const missing = fieldsOf(model).filter(({ present }) => !present);
  const parameters = {
    ...(model.approach === null ? {} : { approach: { type: model.approach } }),
    ...optional('task', model.task),
    ...optional('architectureFamily', model.architectureFamily),
    ...optional('modelArchitecture', model.architecture),
    ...list(
      'datasets',
      model.trainedOn.map((name) => datasetLink(name, refs)),
    ),
    ...list(
      'inputs',
      model.inputs.map((format) => ({ format })),
    ),
    ...list(
      'outputs',
      model.outputs.map((format) => ({ format })),
    ),
  };
  const metrics = model.metrics.map(({ type, value, slice }) => ({ type, value, ...optional('slice', slice) }));
  const considerations = { ...list('useCases', model.useCases), ...list('technicalLimitations', model.limitations) };
  const fields = componentFields({
    ...model,
    properties: new Map([
      ...model.properties,
      ...(model.format === null ? [] : ([['format', model.format]] as const)),
      ['completeness', String(100 - missing.reduce((sum, { weight }) => sum + weight, 0))],
      ...(missing.length === 0 ? [] : ([['missing', missing.map(({ field }) => field).join(', ')]] as const)),
    ]),
  });
  return {
    type: 'machine-learning-model',
    'bom-ref': `model:${model.key}`,
    ...fields,
    ...(model.ancestors.length === 0 ? {} : { pedigree: { ancestors: model.ancestors.map(ancestorEntry) } }),
    modelCard: {
      ...(Object.keys(parameters).length === 0 ? {} : { modelParameters: parameters }),
      ...(metrics.length === 0 ? {} : { quantitativeAnalysis: { performanceMetrics: metrics } }),
      ...(Object.keys(considerations).length === 0 ? {} : { considerations }),
    },
  };
}

function ancestorEntry({ name, purl }: BomModel['ancestors'][number]): Fields {
  return { type: 'machine-learning-model', name, ...optional('purl', purl) };
}

/** Data that is listed is linked; other data is named. */
function datasetLink(name: string, refs: ReadonlyMap<string, string>): Fields {
  const ref = refs.get(name);
  return ref?.startsWith('data:') ? { ref } : { type: 'dataset', name };
}

function dataComponent(dataset: BomDataset): Fields {
  const data = {
    type: 'dataset',
    name: dataset.name,
    ...list('sensitiveData', dataset.sensitive),
    ...(dataset.format === null ? {} : { contents: { properties: [{ name: 'ai-spm:format', value: dataset.format }] } }),
  };
  return { type: 'data', 'bom-ref': `data:${dataset.key}`, ...componentFields(dataset), data: [data] };
}

function packageComponent(entry: BomPackage): Fields {
  return { type: 'library', 'bom-ref': `package:${entry.key}`, ...componentFields(entry), scope: entry.scope };
}

function serviceEntry({ key, name, provider, endpoints, authenticated, properties }: BomService): Fields {
  return {
    'bom-ref': `service:${key}`,
    name,
    ...(provider === null ? {} : { provider: { name: provider } }),
    ...list('endpoints', endpoints),
    ...(authenticated === null ? {} : { authenticated }),
    ...list('properties', propertiesOf(properties)),
  };
}

/** The subject needs everything that nothing else needs. */
function dependencies(bom: Bom, refs: ReadonlyMap<string, string>): Fields[] {
  const things = [...bom.models, ...bom.datasets, ...bom.packages, ...bom.files];
  const needed = new Set(things.flatMap(({ needs }) => needs));
  const roots = [...things, ...bom.services].filter(({ key }) => !needed.has(key));
  const refsOf = (keys: readonly string[]) => [...new Set(keys.flatMap((key) => refs.get(key) ?? []))].sort();
  const rows = things.map(({ key, needs }) => ({ ref: refs.get(key) ?? key, dependsOn: refsOf(needs.filter((need) => need !== key)) }));
  return [
    { ref: subjectRef, ...list('dependsOn', refsOf(roots.map(({ key }) => key))) },
    ...rows.filter(({ dependsOn }) => dependsOn.length > 0).sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  ];
}

function vulnerabilityEntry(entry: BomVulnerability, index: number, refs: ReadonlyMap<string, string>): Fields {
  const { score } = entry;
  const rating = { severity: entry.severity, ...(score ? { score: score.value, method: score.method, vector: score.vector } : {}) };
  const affects = entry.affects.flatMap(({ key, version }) => {
    const ref = refs.get(key);
    return ref === undefined ? [] : [{ ref, ...(version === null ? {} : { versions: [{ version, status: 'affected' }] }) }];
  });
  return {
    'bom-ref': `vulnerability:${index}:${entry.id}`,
    id: entry.id,
    source: { name: entry.source.name, ...optional('url', entry.source.url) },
    ratings: [rating],
    ...list('cwes', entry.cwes),
    description: entry.description,
    ...optional('recommendation', entry.recommendation),
    ...list('affects', affects),
  };
}
