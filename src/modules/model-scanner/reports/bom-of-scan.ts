/** A scan's files, packages and findings as rows of a bill of materials. Pure. */

import type { ScanFinding, ScannedFile, ScannedLicence, ScannedPackage, ScanResult } from '../contract.ts';
import { escapeText } from '../engine/quote.ts';
import { packageRules } from '../scans/package-findings.ts';
import {
  type Bom,
  type BomDataset,
  type BomFile,
  type BomLicence,
  type BomModel,
  type BomPackage,
  type BomVulnerability,
  bomModel,
  bomThing,
} from './bom.ts';
import { parsePackagePlace } from './package-place.ts';

export type BomSource = {
  readonly result: Pick<ScanResult, 'files' | 'findings' | 'unread' | 'engineVersion'>;
  /** What was scanned, in words. */
  readonly name: string;
  /** Findings that somebody decided to live with are not listed as vulnerabilities. */
  readonly held?: ReadonlySet<ScanFinding>;
  readonly vulnerabilities?: readonly BomVulnerability[];
};

/**
 * Shards of one model are one component; settings and cards of a folder speak about the models in it. A fact that nobody stated stays out.
 */
export function bomOfScan({ result, name, held, vulnerabilities = [] }: BomSource): Bom {
  const groups = modelGroups(result.files);
  const keyOfPath = new Map([...groups].flatMap(([key, files]) => files.map(({ path }): [string, string] => [path, key])));
  const others = result.files.filter(({ path }) => !keyOfPath.has(path));
  const settings = settingsByFolder(others);
  const flawed = new Set(result.findings.map(({ path }) => path));
  const files = others.filter(({ role, path }) => role !== 'dataset' && (role !== null || flawed.has(path)));
  return {
    subject: { name: escapeText(name), version: null, type: 'application' },
    toolVersion: result.engineVersion,
    createdAt: null,
    models: [...groups].map(([key, members]) => modelRow(key, members, settings.get(folderOf(members[0]?.path ?? '')) ?? [])),
    datasets: others.filter(({ role }) => role === 'dataset').map(datasetRow),
    packages: packageRows(result.files.flatMap(({ packages }) => packages)),
    files: files.map(fileRow),
    services: [],
    vulnerabilities: [
      ...vulnerabilities,
      ...result.findings
        .filter((finding) => finding.severity !== 'informational' && !held?.has(finding))
        .map((finding) => findingRow(finding, keyOfPath.get(finding.path) ?? keyOf(finding.path))),
    ],
    complete: result.unread.length === 0,
  };
}

const shard = /[-.]\d{5}-of-\d{5}(?=\.)/;
const keyOf = (path: string) => (path === '' ? '.' : path);
const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Key → files; the key is the path with its shard number left out. */
function modelGroups(files: readonly ScannedFile[]): Map<string, ScannedFile[]> {
  const groups = new Map<string, ScannedFile[]>();
  for (const file of files) {
    if (file.role !== 'model') continue;
    const key = keyOf(file.path.replace(shard, ''));
    const known = groups.get(key);
    if (known) known.push(file);
    else groups.set(key, [file]);
  }
  return groups;
}

/** Settings and cards: they speak about the models in their folder. */
function settingsByFolder(others: readonly ScannedFile[]): ReadonlyMap<string, ScannedFile[]> {
  const folders = new Map<string, ScannedFile[]>();
  for (const file of others) {
    if (file.role !== 'config') continue;
    const known = folders.get(folderOf(file.path));
    if (known) known.push(file);
    else folders.set(folderOf(file.path), [file]);
  }
  return folders;
}

function modelRow(key: string, members: readonly ScannedFile[], settings: readonly ScannedFile[]): BomModel {
  const all = [...members, ...settings];
  const text = (...names: readonly string[]) => firstText(all, names);
  const cached = huggingFacePlace(key);
  const name = cached?.name ?? text('general.name', 'model_name') ?? baseOf(key);
  return {
    ...bomModel(key, escapeText(name)),
    ...thingFields(members),
    version: cached?.revision ?? text('model_version', 'revision', 'general.version'),
    purl: cached ? cached.purl : null,
    supplier: cached?.name.includes('/') ? (cached.name.split('/')[0] ?? null) : text('general.organization', 'organization', 'author'),
    licences: licenceRows(all.flatMap(({ licences }) => licences)),
    identity: cached ? [{ field: 'purl', confidence: 0.8, technique: 'filename', value: cached.purl }] : [],
    format: members[0]?.format ?? null,
    task: text('pipeline_tag', 'task', 'task_type'),
    architectureFamily: text('model_type', 'general.architecture'),
    architecture: text('architectures', 'architecture', 'class_name'),
    trainedOn: listOf(all, ['datasets', 'dataset']),
    inputs: listOf(all, ['inputs']),
    outputs: listOf(all, ['outputs']),
    ancestors: listOf(all, ['base_model', 'base_models']).map((base) => ({ name: base, purl: purlOf(base) })),
    properties: new Map([...propertiesOf(members), ...(members.length > 1 ? ([['files', String(members.length)]] as const) : [])]),
  };
}

function thingFields(members: readonly ScannedFile[]): Pick<BomModel, 'digests' | 'occurrences' | 'properties'> {
  return {
    // Of several shards each has its own digest: none of them is the model's.
    digests: members.length === 1 ? members.flatMap(digestsOf) : [],
    occurrences: members.map(({ path }) => ({ location: escapeText(keyOf(path)), line: null, offset: null })),
    properties: propertiesOf(members),
  };
}

function digestsOf({ metadata }: ScannedFile): BomModel['digests'] {
  const sha256 = metadata['sha256'];
  return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? [{ algorithm: 'SHA-256', hex: sha256 }] : [];
}

const mostProperties = 60;

function propertiesOf(members: readonly ScannedFile[]): ReadonlyMap<string, string> {
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const facts = Object.entries(members[0]?.metadata ?? {}).filter(([name]) => name !== 'sha256');
  return new Map([
    ['size', String(size)],
    ['verdict', members.map(({ verdict }) => verdict ?? 'not judged').sort()[0] ?? 'not judged'],
    ...facts.slice(0, mostProperties).map(([name, value]): [string, string] => [escapeText(name), escapeText(String(value))]),
  ]);
}

function firstText(files: readonly ScannedFile[], names: readonly string[]): string | null {
  for (const name of names)
    for (const { metadata } of files) {
      const value = metadata[name];
      if (typeof value === 'string' && value.trim() !== '') return escapeText(value.trim());
    }
  return null;
}

/** Facts with several values stand in one text, with commas; a number under such a name counts something else. */
function listOf(files: readonly ScannedFile[], names: readonly string[]): string[] {
  const texts = files.flatMap(({ metadata }) => names.flatMap((name) => metadata[name] ?? [])).filter((value) => typeof value === 'string');
  return [...new Set(texts.flatMap((text) => text.split(',')).map((part) => escapeText(part.trim())))]
    .filter((part) => part !== '')
    .slice(0, 100);
}

/** `models--org--name/snapshots/<revision>/…` in a cache of the Hugging Face hub. */
function huggingFacePlace(path: string): { readonly name: string; readonly revision: string; readonly purl: string } | null {
  const found = /(?:^|\/)models--([^/]+?)--([^/]+)\/snapshots\/([0-9A-Za-z._-]+)\//.exec(path);
  if (!found) return null;
  const [, owner = '', model = '', revision = ''] = found;
  const name = `${owner}/${model}`;
  return { name, revision, purl: `pkg:huggingface/${encodeURIComponent(owner)}/${encodeURIComponent(model)}@${revision}` };
}

/** @source package-url type definition `huggingface`: namespace is the organisation. */
function purlOf(name: string): string | null {
  const parts = /^([\w.-]+)\/([\w.-]+)$/.exec(name);
  return parts ? `pkg:huggingface/${parts[1]}/${parts[2]}` : null;
}

function licenceRows(licences: readonly ScannedLicence[]): BomLicence[] {
  const rows = licences.map(
    ({ expression, source }): BomLicence => ({
      expression: escapeText(expression),
      acknowledgement: source === 'card' || source === 'manifest' ? 'declared' : 'concluded',
    }),
  );
  return [...new Map(rows.map((row) => [row.expression, row])).values()];
}

function datasetRow(file: ScannedFile): BomDataset {
  return {
    ...bomThing(keyOf(file.path), escapeText(baseOf(file.path) || 'data')),
    ...thingFields([file]),
    licences: licenceRows(file.licences),
    format: file.format,
    sensitive: [],
  };
}

function fileRow(file: ScannedFile): BomFile {
  return {
    ...bomThing(keyOf(file.path), escapeText(baseOf(file.path) || file.format)),
    ...thingFields([file]),
    licences: licenceRows(file.licences),
  };
}

/** One package at several places is one component. */
function packageRows(packages: readonly ScannedPackage[]): BomPackage[] {
  const rows = new Map<string, BomPackage>();
  for (const entry of packages) {
    const known = rows.get(entry.purl);
    const place = parsePackagePlace(entry.place);
    rows.set(entry.purl, {
      ...(known ?? packageRow(entry)),
      occurrences: [...(known?.occurrences ?? []), place].slice(0, 50),
      scope: known?.scope === 'required' || entry.scope === 'runtime' ? 'required' : 'optional',
    });
  }
  return [...rows.values()];
}

function packageRow({ name, version, purl, digest, requirement, relation }: ScannedPackage): BomPackage {
  const sha256 = digest === null ? null : /^sha256:([0-9a-f]{64})$/.exec(digest);
  return {
    ...bomThing(purl, escapeText(name)),
    version: version === null ? null : escapeText(version),
    purl,
    digests: sha256 ? [{ algorithm: 'SHA-256', hex: sha256[1] ?? '' }] : [],
    properties: new Map([['relation', relation], ...(requirement === null ? [] : ([['requirement', escapeText(requirement)]] as const))]),
    scope: 'optional',
  };
}

const packageRuleIds: ReadonlySet<string> = new Set(packageRules.map(({ id }) => id));

function findingRow(finding: ScanFinding, key: string): BomVulnerability {
  const { ruleId, title, why, severity, unrated, references, remedy, evidence } = finding;
  // An advisory is about the package; its evidence begins with the package's address.
  if (packageRuleIds.has(ruleId)) {
    const [purl = ''] = evidence.split(' ');
    return {
      ...findingRow({ ...finding, ruleId: references[0] ?? ruleId, references: references.slice(1) }, purl),
      source: { name: 'OSV', url: null },
    };
  }
  return {
    id: ruleId,
    source: { name: 'ai-spm', url: null },
    severity: unrated ? 'unknown' : severity === 'informational' ? 'info' : severity,
    score: null,
    cwes: references.flatMap((reference) => (reference.startsWith('CWE-') ? [Number(reference.slice(4))] : [])),
    description: escapeText(`${title}. ${why}`),
    recommendation: remedy,
    affects: [{ key, version: null }],
  };
}
