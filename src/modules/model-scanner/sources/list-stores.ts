/** Models that lie in stores under the configured roots, by their names there: folders and small files are looked at, no model. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ScanSource, StoredModel, StoreKind } from '../contract.ts';
import { ollamaPlaces } from '../stores/ollama-store.ts';
import { locate, namesIn, readDocument, realRoots, storeFolders } from '../stores/store-folder.ts';

const mostListed = 2000;
const mostFolders = 20_000;
const deepestLayout = 5;

export type StoreList = { items: StoredModel[]; leftOut: number; searched: string[] };
type Looking = { readonly roots: readonly string[] };
type Lister = (looking: Looking) => Promise<StoredModel[]>;

/** What `resolveSource` would find, kind by kind. Sorted by label; 2,000 at most. Never throws for what a store holds. */
export async function listStoredModels(kind: StoreKind, roots: readonly string[]): Promise<StoreList> {
  const real = await realRoots(roots);
  const all = await listers[kind]({ roots: real });
  const byLabel = new Map(all.map((item) => [item.label, item]));
  const items = [...byLabel.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
  return { items: items.slice(0, mostListed), leftOut: Math.max(0, items.length - mostListed), searched: [...roots] };
}

const listers: Readonly<Record<StoreKind, Lister>> = {
  huggingface: listHuggingFace,
  mlflow: listMlflow,
  ollama: listOllama,
  oci: listLayouts,
};

function stored(source: ScanSource, label: string, detail: string): StoredModel {
  return { source, label: label.slice(0, 1000), detail: detail.slice(0, 1000) };
}

async function listHuggingFace({ roots }: Looking): Promise<StoredModel[]> {
  const items: StoredModel[] = [];
  for (const cache of await storeFolders(roots, ['hub', 'huggingface/hub', '.cache/huggingface/hub'])) {
    for (const name of await namesIn(cache)) {
      const [, kind, rest] = /^(models|datasets|spaces)--(.+)$/.exec(name) ?? [];
      if (rest === undefined) continue;
      const repo = rest.replaceAll('--', '/');
      const snapshots = await namesIn(join(cache, name, 'snapshots'));
      const refs = await refsOf(join(cache, name, 'refs'), roots);
      const named = new Set(refs.map(({ commit }) => commit));
      for (const { ref, commit } of refs) {
        if (!snapshots.includes(commit)) continue;
        const detail = `${kind}, ${commit.slice(0, 12)}, in ${cache}`;
        items.push(stored({ hfCache: { repo, revision: ref } }, `${repo}@${ref}`, detail));
      }
      for (const commit of snapshots.filter((one) => !named.has(one)))
        items.push(stored({ hfCache: { repo, revision: commit } }, `${repo}@${commit.slice(0, 12)}`, `${kind}, no ref, in ${cache}`));
    }
  }
  return items;
}

async function refsOf(folder: string, roots: readonly string[]): Promise<{ ref: string; commit: string }[]> {
  const refs = await Promise.all(
    (await namesIn(folder)).map(async (ref) => ({ ref, commit: (await readDocument(join(folder, ref), roots))?.trim() ?? '' })),
  );
  return refs.filter(({ commit }) => /^[0-9a-f]{7,64}$/i.test(commit));
}

async function listOllama({ roots }: Looking): Promise<StoredModel[]> {
  const items: StoredModel[] = [];
  for (const store of await storeFolders(roots, ollamaPlaces)) {
    const manifests = join(store, 'manifests');
    for (const host of await namesIn(manifests))
      for (const space of await namesIn(join(manifests, host)))
        for (const model of await namesIn(join(manifests, host, space)))
          for (const tag of await namesIn(join(manifests, host, space, model))) {
            const isUsual = host === 'registry.ollama.ai';
            const short = isUsual && space === 'library' ? `${model}:${tag}` : `${isUsual ? '' : `${host}/`}${space}/${model}:${tag}`;
            items.push(stored({ ollama: short }, short, `from ${host}, in ${store}`));
          }
  }
  return items;
}

async function listMlflow({ roots }: Looking): Promise<StoredModel[]> {
  const items: StoredModel[] = [];
  for (const store of await storeFolders(roots, ['mlruns', 'mlflow/mlruns'])) {
    for (const model of await namesIn(join(store, 'models'))) {
      for (const version of await namesIn(join(store, 'models', model))) {
        const number = /^version-(\d+)$/.exec(version)?.[1];
        if (number !== undefined)
          items.push(stored({ mlflow: { model: `${model}/${number}` } }, `${model}/${number}`, `registered model, in ${store}`));
      }
    }
    for (const experiment of await namesIn(store)) {
      if (!/^\d{1,20}$/.test(experiment)) continue;
      for (const run of await namesIn(join(store, experiment)))
        if (/^[0-9a-f]{8,64}$/i.test(run) && (await locate(join(store, experiment, run, 'artifacts'), roots)) !== 'missing')
          items.push(stored({ mlflow: { run } }, `run ${run}`, `experiment ${experiment}, in ${store}`));
    }
  }
  return items;
}

/** Folders that hold an `oci-layout`, five levels deep at most. */
async function listLayouts({ roots }: Looking): Promise<StoredModel[]> {
  const items: StoredModel[] = [];
  const waiting = roots.map((path) => ({ root: path, path, depth: 0 }));
  let looked = 0;
  for (let next = waiting.shift(); next && looked < mostFolders; next = waiting.shift()) {
    looked += 1;
    const entries = await readdir(next.path, { withFileTypes: true }).catch(() => []);
    if (entries.some((entry) => entry.name === 'oci-layout' && entry.isFile())) {
      items.push(...(await layoutAt(next.path, next.root, roots)));
      continue;
    }
    if (next.depth >= deepestLayout) continue;
    for (const entry of entries)
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git')
        waiting.push({ root: next.root, path: join(next.path, entry.name), depth: next.depth + 1 });
  }
  return items;
}

async function layoutAt(path: string, root: string, roots: readonly string[]): Promise<StoredModel[]> {
  const folder = relative(root, path) || path;
  const text = (await readDocument(join(path, 'index.json'), roots)) ?? '';
  // Only to offer names: whoever scans reads the index properly.
  const tags = [...text.matchAll(/"org\.opencontainers\.image\.ref\.name"\s*:\s*"([^"\\]{1,200})"/g)].map((match) => match[1] ?? '');
  const whole = stored({ ociLayout: { folder: path } }, folder, `every manifest, in ${root}`);
  return [
    whole,
    ...tags.slice(0, 200).map((reference) => stored({ ociLayout: { folder: path, reference } }, `${folder}:${reference}`, `in ${root}`)),
  ];
}
