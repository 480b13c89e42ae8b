/** From the rows of a bill of materials to what the page shows: components, edges, and what changed between two. Pure. */
import type { Bill, BillComponent, BillEdge } from '../contract.ts';
import type { Bom, BomDataset, BomFile, BomModel, BomPackage } from '../reports/bom.ts';
import { completenessOf } from '../reports/completeness.ts';

const mostComponents = 5000;
const mostEdges = 10_000;
const mostOutsiders = 1000;

type Component = BomModel | BomDataset | BomPackage | BomFile;
export type BillParts = Pick<Bill, 'complete' | 'completeness' | 'counts' | 'components' | 'componentsLeftOut' | 'outsiders' | 'edges'>;

export function billOf(bom: Bom): BillParts {
  const { score, missing, models } = completenessOf(bom.models);
  const components = componentsOf(bom);
  const outsiders = outsidersOf(bom);
  return {
    complete: bom.complete,
    completeness: {
      score,
      missing: [...missing],
      models: models.map((model) => ({ ...model, missing: [...model.missing] })),
    },
    counts: {
      model: bom.models.length,
      dataset: bom.datasets.length,
      package: bom.packages.length,
      file: bom.files.length,
      service: bom.services.length,
    },
    components: components.slice(0, mostComponents),
    componentsLeftOut: Math.max(0, components.length - mostComponents),
    outsiders: outsiders.slice(0, mostOutsiders),
    edges: edgesOf(bom).slice(0, mostEdges),
  };
}

/** Models first, then data, services, packages and other files; each in the order of their names. */
function componentsOf({ models, datasets, services, packages, files }: Bom): BillComponent[] {
  const byName = (a: BillComponent, b: BillComponent): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [
    ...models
      .map((model) => component('model', model, { format: model.format, note: model.architecture ?? model.architectureFamily }))
      .sort(byName),
    ...datasets.map((data) => component('dataset', data, { format: data.format, note: data.description })).sort(byName),
    ...services.map(serviceComponent).sort(byName),
    ...packages.map((one) => component('package', one, { scope: one.scope, note: one.properties.get('requirement') ?? null })).sort(byName),
    ...files.map((file) => component('file', file, { note: file.description })).sort(byName),
  ];
}

type Extra = { readonly format?: string | null; readonly scope?: BillComponent['scope']; readonly note?: string | null };

function component(kind: BillComponent['kind'], thing: Component, { format = null, scope = null, note = null }: Extra): BillComponent {
  const [place] = thing.occurrences;
  return {
    key: `${kind}:${thing.key}`,
    kind,
    name: thing.name,
    version: thing.version,
    purl: thing.purl,
    supplier: thing.supplier,
    licences: thing.licences.map(({ expression }) => expression),
    format,
    scope,
    digest: thing.digests.find(({ algorithm }) => algorithm === 'SHA-256')?.hex ?? null,
    place: place === undefined ? null : place.line === null ? place.location : `${place.location}:${place.line}`,
    places: thing.occurrences.length,
    note,
  };
}

function serviceComponent({ key, name, provider, endpoints }: Bom['services'][number]): BillComponent {
  return {
    key: `service:${key}`,
    kind: 'service',
    name,
    version: null,
    purl: null,
    supplier: provider,
    licences: [],
    format: null,
    scope: null,
    digest: null,
    place: endpoints[0] ?? null,
    places: endpoints.length,
    note: null,
  };
}

/** Named by a model, not among the components: a base model or data set that lies elsewhere. */
function outsidersOf(bom: Bom): Bill['outsiders'] {
  const outsiders = new Map<string, Bill['outsiders'][number]>();
  for (const model of bom.models) {
    for (const { name, purl } of model.ancestors)
      if (modelNamed(bom, name) === null) outsiders.set(`base:${name}`, { key: `base:${name}`, kind: 'model', name, purl });
    for (const name of model.trainedOn)
      if (datasetNamed(bom, name) === null) outsiders.set(`data:${name}`, { key: `data:${name}`, kind: 'dataset', name, purl: null });
  }
  return [...outsiders.values()];
}

function modelNamed({ models }: Bom, name: string): string | null {
  const found = models.find((model) => model.name === name || model.key === name);
  return found === undefined ? null : `model:${found.key}`;
}

function datasetNamed({ datasets }: Bom, name: string): string | null {
  const found = datasets.find((data) => data.key === name || data.name === name);
  return found === undefined ? null : `dataset:${found.key}`;
}

/** Base models and data lead to a model, packages and files are what it needs or what lies beside it. */
function edgesOf(bom: Bom): BillEdge[] {
  const kinds = new Map<string, string>([
    ...bom.files.map(({ key }): [string, string] => [key, `file:${key}`]),
    ...bom.services.map(({ key }): [string, string] => [key, `service:${key}`]),
    ...bom.packages.map(({ key }): [string, string] => [key, `package:${key}`]),
    ...bom.datasets.map(({ key }): [string, string] => [key, `dataset:${key}`]),
    ...bom.models.map(({ key }): [string, string] => [key, `model:${key}`]),
  ]);
  const edges: BillEdge[] = [];
  for (const model of bom.models) {
    const to = `model:${model.key}`;
    for (const { name } of model.ancestors) {
      const from = modelNamed(bom, name) ?? `base:${name}`;
      if (from !== to) edges.push({ from, to, kind: 'base of', mark: 'declared' });
    }
    for (const name of model.trainedOn)
      edges.push({ from: datasetNamed(bom, name) ?? `data:${name}`, to, kind: 'trains', mark: 'declared' });
    for (const need of model.needs) {
      const from = kinds.get(need);
      if (from !== undefined) edges.push({ from, to, kind: 'needed by', mark: 'static' });
    }
    // Manifests and settings say what stands beside a model, not which of its parts uses what.
    const linked = new Set(edges.filter((edge) => edge.to === to).map(({ from }) => from));
    for (const { key, scope } of bom.packages)
      if (scope === 'required' && !linked.has(`package:${key}`)) edges.push({ from: `package:${key}`, to, kind: 'beside', mark: 'static' });
  }
  return edges;
}

export type BillChange = { before: BillComponent; after: BillComponent; fields: string[] };
export type BillComparison = { new: BillComponent[]; gone: BillComponent[]; changed: BillChange[]; unchanged: number };
const compared = ['version', 'licences', 'supplier', 'format', 'scope', 'digest'] as const;

/** The same thing has the same key, or is a package of the same name: an upgrade is a change, not one gone and one new. */
export function compareBillsOf(before: readonly BillComponent[], after: readonly BillComponent[]): BillComparison {
  const known = new Map(before.map((one) => [identityOf(one), one]));
  const result: BillComparison = { new: [], gone: [], changed: [], unchanged: 0 };
  for (const one of after) {
    const old = known.get(identityOf(one));
    known.delete(identityOf(one));
    if (old === undefined) {
      result.new.push(one);
      continue;
    }
    const fields = compared.filter((field) => differs(old, one, field));
    if (fields.length === 0) result.unchanged += 1;
    else result.changed.push({ before: old, after: one, fields: [...fields] });
  }
  result.gone = [...known.values()];
  return result;
}

/** @returns the component with its absolute place as its key; packages and services are known by their names, not by a place. */
export function placed(one: BillComponent, root: string): BillComponent {
  if (one.kind === 'package' || one.kind === 'service') return one;
  const path = one.key.slice(one.kind.length + 1);
  return { ...one, key: `${one.kind}:${path === '.' ? root : `${root.replace(/\/$/, '')}/${path}`}` };
}

/** Bytes that were not hashed before are not other bytes. */
function differs(before: BillComponent, after: BillComponent, field: (typeof compared)[number]): boolean {
  if (field === 'digest' && (before.digest === null || after.digest === null)) return false;
  return JSON.stringify(before[field]) !== JSON.stringify(after[field]);
}

function identityOf({ kind, key, purl, name }: BillComponent): string {
  if (kind !== 'package') return key;
  const ecosystem = /^pkg:([a-z0-9.+-]+)\//i.exec(purl ?? '')?.[1] ?? '';
  return `package:${ecosystem}:${name}`;
}
