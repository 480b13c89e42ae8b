/** A run or a registered model in an MLflow file store: small YAML files that say where the artefacts lie. */
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import {
  addFolder,
  locate,
  namesIn,
  nothing,
  onlyOne,
  type Resolving,
  readDocument,
  startResolving,
  storeFolders,
} from './store-folder.ts';
import type { ResolvedSource } from './store-source.ts';

const places = ['mlruns', 'mlflow/mlruns'];
const runId = /^[0-9a-f]{8,64}$/i;
const modelName = /^(?<name>[^/@\\]{1,200})(?:\/(?<version>\d{1,9})|@(?<alias>[^/@\\]{1,200}))?$/;

/**
 * @source MLflow file store: `<experiment>/<run>/meta.yaml` and `artifacts/`; `models/<name>/version-<n>/meta.yaml` with `source`;
 *         `models/<name>/aliases/<alias>`; since MLflow 3 `<experiment>/models/m-<id>/artifacts`.
 */
export async function resolveMlflow(
  asked: { readonly run: string } | { readonly model: string },
  roots: readonly string[],
): Promise<ResolvedSource> {
  const resolving = startResolving(roots);
  const stores = await storeFolders(roots, places);
  const name = 'run' in asked ? asked.run : asked.model;
  const folders = (
    await Promise.all(
      stores.map((store) => ('run' in asked ? runFolders(store, asked.run, roots) : versionFolders(store, asked.model, resolving))),
    )
  ).flat();
  const folder = onlyOne([...new Set(folders)], name, resolving);
  if (folder === null)
    return {
      files: [],
      problems: [...resolving.problems, ...nothing(name, 'No MLflow store under the folders that may be read holds it.').problems],
    };
  await addFolder(folder, resolving);
  return resolving;
}

async function runFolders(store: string, run: string, roots: readonly string[]): Promise<string[]> {
  if (!runId.test(run)) return [];
  const experiments = await namesIn(store);
  const found = await Promise.all(
    experiments.map(async (experiment) =>
      (await locate(join(store, experiment, run, 'meta.yaml'), roots)) === 'missing' ? null : join(store, experiment, run, 'artifacts'),
    ),
  );
  return insideFolders(found, roots);
}

async function versionFolders(store: string, asked: string, resolving: Resolving): Promise<string[]> {
  const { name, version, alias } = modelName.exec(asked)?.groups ?? {};
  if (name === undefined || name.startsWith('.')) return [];
  const folder = join(store, 'models', name);
  const chosen =
    version ??
    (alias === undefined ? await newestVersion(folder) : (await readDocument(join(folder, 'aliases', alias), resolving.roots))?.trim());
  if (chosen === undefined || !/^\d{1,9}$/.test(chosen)) return [];
  const meta = await readMeta(join(folder, `version-${chosen}`, 'meta.yaml'), resolving);
  const written = [meta.get('storage_location'), meta.get('source')].filter((value) => typeof value === 'string');
  const paths = await Promise.all(written.map((location) => artefactPath(location, store, resolving.roots)));
  const inside = await insideFolders(paths, resolving.roots);
  if (inside.length === 0 && written.length > 0)
    resolving.problems.push({
      code: 'outside-root',
      name: asked,
      detail: `Version ${chosen} lies at ${String(written[0]).slice(0, 200)}, which is not inside the folders that may be read.`,
    });
  return inside.slice(0, 1);
}

async function newestVersion(folder: string): Promise<string | undefined> {
  const versions = (await namesIn(folder)).flatMap((name) => /^version-(\d{1,9})$/.exec(name)?.[1] ?? []);
  return versions.sort((a, b) => Number(b) - Number(a))[0];
}

/** `file:` addresses, plain paths, `runs:/<run>/<path>` and `models:/m-<id>`; other schemes lie elsewhere. */
async function artefactPath(location: string, store: string, roots: readonly string[]): Promise<string | null> {
  const ofRun = /^runs:\/{1,3}([0-9a-f]{8,64})\/(.+)$/i.exec(location);
  if (ofRun) {
    const [folder] = await runFolders(store, ofRun[1] ?? '', roots);
    return folder === undefined ? null : join(folder, ofRun[2] ?? '');
  }
  const logged = /^models:\/{1,3}(m-[0-9a-f]{8,64})$/i.exec(location)?.[1];
  if (logged !== undefined) {
    const experiments = await namesIn(store);
    const found = await insideFolders(
      experiments.map((experiment) => join(store, experiment, 'models', logged, 'artifacts')),
      roots,
    );
    return found[0] ?? null;
  }
  if (location.startsWith('file:')) return pathOf(location);
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return null;
  return isAbsolute(location) ? location : join(dirname(store), location);
}

function pathOf(address: string): string | null {
  try {
    return fileURLToPath(address);
  } catch {
    // `file:` with a host or a broken escape names no file of this machine.
    return null;
  }
}

async function insideFolders(paths: readonly (string | null)[], roots: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.filter((path) => path !== null).map((path) => locate(path, roots)));
  return found.flatMap((place) => (typeof place === 'object' && place.isFolder ? [place.path] : []));
}

async function readMeta(path: string, resolving: Resolving): Promise<ReadonlyMap<string, unknown>> {
  const text = await readDocument(path, resolving.roots);
  if (text === null) return new Map();
  try {
    const value: unknown = parse(text, { mapAsMap: true, maxAliasCount: 0, customTags: [], logLevel: 'silent' });
    if (value instanceof Map) return value;
  } catch {
    // Said below: a broken file names no place.
  }
  resolving.problems.push({ code: 'broken', name: 'meta.yaml', detail: 'The description of the version cannot be read.' });
  return new Map();
}
