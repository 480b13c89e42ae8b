/** A model in an ollama store: the manifest lists layers by digest, the blobs lie beside under that name. */
import { join } from 'node:path';
import { MalformedBytes } from '../engine/reader.ts';
import { layersOf, type ManifestLayer, parseManifest, storedDigest } from '../readers/parts/image-manifest.ts';
import {
  addFile,
  checkDigest,
  locate,
  nothing,
  onlyOne,
  type Resolving,
  readDocument,
  startResolving,
  storeFolders,
} from './store-folder.ts';
import type { ResolvedSource } from './store-source.ts';

/** Also as containers keep it: a volume called ollama. */
export const ollamaPlaces = ['models', '.ollama/models', 'ollama/models'];
const modelName =
  /^(?:(?<host>[\w.-]{1,100}(?::\d{1,5})?)\/)?(?:(?<space>[\w.-]{1,100})\/)?(?<model>[\w.-]{1,100})(?::(?<tag>[\w.-]{1,100}))?$/;

/** What each kind of layer holds, as a person would call the file. @source the media types of ollama's `server` package. */
const layerNames: ReadonlyMap<string, string> = new Map([
  ['application/vnd.ollama.image.model', 'model.gguf'],
  ['application/vnd.ollama.image.adapter', 'adapter.gguf'],
  ['application/vnd.ollama.image.projector', 'projector.gguf'],
  ['application/vnd.ollama.image.template', 'template'],
  ['application/vnd.ollama.image.prompt', 'prompt'],
  ['application/vnd.ollama.image.system', 'system'],
  ['application/vnd.ollama.image.params', 'params.json'],
  ['application/vnd.ollama.image.messages', 'messages.json'],
  ['application/vnd.ollama.image.license', 'license'],
  ['application/vnd.docker.container.image.v1+json', 'config.json'],
]);

/**
 * @param name as `ollama run` takes it.
 * @returns the manifest and every blob it lists. A digest that is none is never made into a path (CVE-2024-37032).
 */
export async function resolveOllama(name: string, roots: readonly string[]): Promise<ResolvedSource> {
  const path = manifestPath(name);
  if (path === null) return nothing(name, 'That is no name of a model.');
  const resolving = startResolving(roots);
  const stores = await storeFolders(roots, ollamaPlaces);
  const manifests = await Promise.all(stores.map(async (store) => ({ store, found: await locate(join(store, 'manifests', path), roots) })));
  const holding = manifests.flatMap(({ store, found }) => (typeof found === 'object' && !found.isFolder ? [store] : []));
  const store = onlyOne(holding, name, resolving);
  if (store === null) return nothing(name, 'No ollama store under the folders that may be read holds this model.');
  await addFile(join(store, 'manifests', path), 'manifest.json', resolving);
  const text = await readDocument(join(store, 'manifests', path), roots);
  const layers = layersIn(text, resolving);
  const taken = new Map<string, number>();
  for (const layer of layers) await addLayer(join(store, 'blobs'), layer, taken, resolving);
  return resolving;
}

function manifestPath(name: string): string | null {
  const parts = modelName.exec(name)?.groups;
  if (!parts || name.split(/[/:]/).some((part) => /^\.*$/.test(part))) return null;
  const { host, space, model, tag } = parts;
  // With one slash the first part is the name space, unless it can only be a host.
  const onlyHost = space === undefined && host !== undefined;
  const place = onlyHost ? ['registry.ollama.ai', host] : [host ?? 'registry.ollama.ai', space ?? 'library'];
  return [...place, model, tag ?? 'latest'].join('/');
}

function layersIn(text: string | null, resolving: Resolving): readonly ManifestLayer[] {
  try {
    if (text !== null) return layersOf(parseManifest(text));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  resolving.problems.push({ code: 'broken', name: 'manifest.json', detail: 'The manifest cannot be read.' });
  return [];
}

async function addLayer(blobs: string, layer: ManifestLayer, taken: Map<string, number>, resolving: Resolving): Promise<void> {
  const digest = storedDigest(layer.digest);
  if (!digest) {
    resolving.problems.push({
      code: 'bad-digest',
      name: layer.digest.slice(0, 200),
      detail: 'That is no digest: no file is opened for it.',
    });
    return;
  }
  const name = numbered(layerNames.get(layer.mediaType) ?? 'layer', taken);
  const found = await addFile(join(blobs, `${digest.algorithm}-${digest.hex}`), name, resolving);
  if (found) await checkDigest(found, { algorithm: digest.algorithm, digest: digest.hex }, name, resolving);
}

/** `model.gguf`, `model-2.gguf`, …: a manifest may list several layers of a kind. */
export function numbered(name: string, taken: Map<string, number>): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  if (count === 1) return name;
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}-${count}${name.slice(dot)}` : `${name}-${count}`;
}
