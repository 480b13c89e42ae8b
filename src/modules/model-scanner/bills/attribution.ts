/** Whose file is it: the asset that owns the path, else the nearest folder that is an asset, else a new proposed asset. */
import { basename, dirname, join } from 'node:path';
import { call } from '../../../platform/http/call.ts';
import { findAssetsByKey, type Observation, observeAssets } from '../../ai-assets/contract.ts';
import type { Scan, ScannedFile, ScanResult, ScanSource } from '../contract.ts';
import { proposeProjects } from '../scans/project-assets.ts';

const keysACall = 2000;

/** Asset id of every file of the scan that is an AI artefact or has findings, by its path relative to the scanned path. */
export async function attributeFiles(scan: Scan, result: ScanResult): Promise<ReadonlyMap<string, string>> {
  if (!('path' in scan.source)) return ownersOfStored(scan, result);
  const wanted = wantedFiles(result);
  const absolute = new Map(wanted.map((file) => [file.path, file.path === '' ? scan.path : join(scan.path, file.path)]));
  const known = await assetsOf(candidateKeys([...absolute.values()], scan.path));
  const owners = new Map<string, string>();
  const orphans: ScannedFile[] = [];
  for (const file of wanted) {
    const path = absolute.get(file.path) ?? scan.path;
    const owner = known.get(`file:${path}`) ?? (file.role === 'model' ? undefined : nearestFolder(path, scan.path, known)) ?? scan.assetId;
    if (owner === null || owner === undefined) orphans.push(file);
    else owners.set(file.path, owner);
  }
  const { lists = [], others = [] } = Object.groupBy(orphans, ({ packages }) => (packages.length > 0 ? 'lists' : 'others'));
  for (const [path, id] of await propose(others, absolute)) owners.set(path, id);
  for (const [path, id] of await proposeProjects(lists, absolute)) owners.set(path, id);
  return owners;
}

/** A model of a store is one asset. An upload belongs to the asset that was named, or to none: it is a look, not a thing that stays. */
async function ownersOfStored(scan: Scan, result: ScanResult): Promise<ReadonlyMap<string, string>> {
  const key = storeKey(scan.source);
  const owner = scan.assetId ?? (key === null ? null : ((await assetsOf([key])).get(key) ?? (await proposeStored(scan, key, result))));
  return new Map(owner === null ? [] : wantedFiles(result).map(({ path }) => [path, owner]));
}

function wantedFiles({ files, findings }: ScanResult): ScannedFile[] {
  const found = new Set(findings.map(({ path }) => path));
  return files.filter((file) => file.verdict !== null || found.has(file.path));
}

/** The keys by which discovery knows the same things. */
function storeKey(source: ScanSource): string | null {
  if ('hfCache' in source) return `purl:pkg:huggingface/${source.hfCache.repo.split('/').map(encodeURIComponent).join('/')}`;
  if ('ollama' in source) return `ollama:${source.ollama}`;
  if ('mlflow' in source) return `mlflow:${'run' in source.mlflow ? `run/${source.mlflow.run}` : `model/${source.mlflow.model}`}`;
  return 'ociLayout' in source ? `oci:${source.ociLayout.folder}` : null;
}

async function proposeStored(scan: Scan, key: string, { files }: ScanResult): Promise<string | null> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const observation: Observation = {
    keys: [key],
    type: 'model',
    name: scan.path.replace(/^[a-z]+:/, '').slice(0, 200),
    mark: 'observed',
    metadata: { size },
    places: [{ place: scan.path.slice(0, 4096), line: null, evidence: `${files.length} files, ${size} bytes` }],
  };
  const { results } = await call(observeAssets, { source: 'model-scanner', scope: null, observations: [observation] });
  return results[0]?.assetId ?? null;
}

function candidateKeys(paths: readonly string[], root: string): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let folder = dirname(path); folder.startsWith(root) && !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  return [...paths.map((path) => `file:${path}`), ...[...folders].map((folder) => `folder:${folder}`)];
}

function nearestFolder(path: string, root: string, known: ReadonlyMap<string, string>): string | undefined {
  for (let folder = dirname(path); folder.startsWith(root); folder = dirname(folder)) {
    const owner = known.get(`folder:${folder}`);
    if (owner !== undefined) return owner;
    if (folder === dirname(folder)) break;
  }
  return undefined;
}

async function assetsOf(keys: readonly string[]): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (let at = 0; at < keys.length; at += keysACall) {
    const { found } = await call(findAssetsByKey, { keys: keys.slice(at, at + keysACall) });
    for (const { key, assetId } of found) known.set(key, assetId);
  }
  return known;
}

/** Files nobody registered: shadow AI, proposed with where they lie. */
async function propose(files: readonly ScannedFile[], absolute: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (let at = 0; at < files.length; at += 500) {
    const chunk = files.slice(at, at + 500);
    const observations = chunk.map((file): Observation => {
      const path = absolute.get(file.path) ?? file.path;
      return {
        keys: [`file:${path}`],
        type: file.role === 'dataset' ? 'dataset' : file.role === 'model' || file.role === 'container' ? 'model' : 'pipeline',
        name: basename(path).slice(0, 200) || 'file',
        mark: 'observed',
        metadata: { format: file.format, size: file.size },
        places: [{ place: path, line: null, evidence: `${file.format}, ${file.size} bytes` }],
      };
    });
    const { results } = await call(observeAssets, { source: 'model-scanner', scope: null, observations });
    for (const [index, file] of chunk.entries()) {
      const id = results[index]?.assetId;
      if (id !== undefined) owners.set(file.path, id);
    }
  }
  return owners;
}
