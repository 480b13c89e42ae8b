/** Whose file is it: the asset that owns the path, else the nearest folder that is an asset, else a new proposed asset. */
import { basename, dirname, join } from 'node:path';
import { call } from '../../platform/http/call.ts';
import { findAssetsByKey, type Observation, observeAssets } from '../ai-assets/contract.ts';
import type { Scan, ScannedFile, ScanResult } from './contract.ts';

const keysACall = 2000;

/** Asset id of every file of the scan that is an AI artefact or has findings, by its path relative to the scanned path. */
export async function attributeFiles(scan: Scan, result: ScanResult): Promise<ReadonlyMap<string, string>> {
  const wanted = result.files.filter((file) => file.verdict !== null || result.findings.some(({ path }) => path === file.path));
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
  for (const [path, id] of await propose(orphans, absolute)) owners.set(path, id);
  return owners;
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
