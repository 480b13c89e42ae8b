/** Manifests and lockfiles that belong to no asset: the project they lie in is the asset, not each file. */
import { basename, dirname } from 'node:path';
import { call } from '../../../platform/http/call.ts';
import { type Observation, observeAssets } from '../../ai-assets/contract.ts';
import type { ScannedFile } from '../contract.ts';

const foldersACall = 500;
/** Folders of a project that hold nothing but its lists of packages. */
const listFolders = new Set(['requirements', 'reqs', 'deps', 'dependencies', 'locks']);

function projectOf(path: string): string {
  const folder = dirname(path);
  return listFolders.has(basename(folder).toLowerCase()) ? dirname(folder) : folder;
}

/** @returns asset id by the file's path as the scan names it. */
export async function proposeProjects(files: readonly ScannedFile[], absolute: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const byFolder = Map.groupBy(files, (file) => projectOf(absolute.get(file.path) ?? file.path));
  const folders = [...byFolder.keys()];
  const owners = new Map<string, string>();
  for (let at = 0; at < folders.length; at += foldersACall) {
    const chunk = folders.slice(at, at + foldersACall);
    const observations = chunk.map((folder): Observation => {
      const lists = byFolder.get(folder) ?? [];
      const packages = lists.reduce((sum, file) => sum + file.packages.length, 0);
      return {
        keys: [`folder:${folder}`],
        type: 'pipeline',
        name: basename(folder).slice(0, 200) || 'project',
        mark: 'observed',
        metadata: { packages },
        places: lists.slice(0, 20).map((file) => ({
          place: absolute.get(file.path) ?? file.path,
          line: null,
          evidence: `${file.format}, ${file.packages.length} packages`,
        })),
      };
    });
    const { results } = await call(observeAssets, { source: 'model-scanner', scope: null, observations });
    for (const [index, folder] of chunk.entries()) {
      const id = results[index]?.assetId;
      if (id !== undefined) for (const file of byFolder.get(folder) ?? []) owners.set(file.path, id);
    }
  }
  return owners;
}
