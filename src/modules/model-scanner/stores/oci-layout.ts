/** An OCI image layout: `index.json` leads to manifests, manifests to blobs, every one by digest. */
import { join } from 'node:path';
import { MalformedBytes } from '../engine/reader.ts';
import { layersOf, type ManifestLayer, parseManifest, storedDigest } from '../readers/parts/image-manifest.ts';
import { numbered } from './ollama-store.ts';
import { addFile, checkDigest, locate, nothing, onlyOne, plainName, type Resolving, readDocument, startResolving } from './store-folder.ts';
import type { ResolvedSource } from './store-source.ts';

const deepestIndex = 4;
const mostManifests = 1000;

type Layout = { readonly folder: string; readonly resolving: Resolving; readonly seen: Set<string> };

/**
 * @param folder relative to a root, or absolute inside one; `reference` picks one tag of the index.
 * @source OCI image layout specification 1.1.
 */
export async function resolveOciLayout(
  { folder, reference }: { readonly folder: string; readonly reference?: string },
  roots: readonly string[],
): Promise<ResolvedSource> {
  const resolving = startResolving(roots);
  const places = folder.startsWith('/') ? [folder] : roots.map((root) => join(root, folder));
  const found = await Promise.all(places.map((place) => locate(join(place, 'index.json'), roots)));
  const holding = found.flatMap((place) =>
    typeof place === 'object' && !place.isFolder ? [place.path.slice(0, -'/index.json'.length)] : [],
  );
  const layout = onlyOne(holding, folder, resolving);
  if (layout === null) return nothing(folder, 'No OCI layout stands there inside the folders that may be read.');
  await addFile(join(layout, 'index.json'), 'index.json', resolving);
  const index = descriptorsIn(await readDocument(join(layout, 'index.json'), roots), 'index.json', resolving);
  const wanted = reference === undefined ? index : index.filter((entry) => entry.reference === reference);
  if (wanted.length === 0)
    resolving.problems.push({ code: 'not-found', name: reference ?? folder, detail: 'The index lists no such manifest.' });
  await addManifests(wanted, { folder: layout, resolving, seen: new Set() });
  return resolving;
}

/** Manifests and the indexes that hold further ones, in the order they are listed. */
async function addManifests(first: readonly ManifestLayer[], layout: Layout): Promise<void> {
  const waiting = first.map((entry) => ({ entry, depth: 0 }));
  const several = first.length > 1;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { entry, depth } = next;
    if (layout.seen.size >= mostManifests || depth > deepestIndex) {
      layout.resolving.problems.push({ code: 'too-many', name: entry.digest.slice(0, 80), detail: 'More manifests than are followed.' });
      return;
    }
    if (layout.seen.has(entry.digest)) continue;
    layout.seen.add(entry.digest);
    const prefix = several || depth > 0 ? `${plainName(entry.reference ?? entry.digest.slice(7, 19))}/` : '';
    const taken = new Map<string, number>();
    const path = await addBlob(entry, `${prefix}manifest.json`, layout);
    const inner =
      path === null ? [] : descriptorsIn(await readDocument(path, layout.resolving.roots), `${prefix}manifest.json`, layout.resolving);
    for (const layer of inner) {
      if (layer.path[0] === 'manifests') waiting.push({ entry: layer, depth: depth + 1 });
      else await addBlob(layer, prefix + numbered(nameOf(layer), taken), layout);
    }
  }
}

async function addBlob({ digest: written }: ManifestLayer, name: string, { folder, resolving }: Layout): Promise<string | null> {
  const digest = storedDigest(written);
  if (!digest) {
    resolving.problems.push({ code: 'bad-digest', name: written.slice(0, 200), detail: 'That is no digest: no file is opened for it.' });
    return null;
  }
  const found = await addFile(join(folder, 'blobs', digest.algorithm, digest.hex), name, resolving);
  if (found) await checkDigest(found, { algorithm: digest.algorithm, digest: digest.hex }, name, resolving);
  return found?.path ?? null;
}

function descriptorsIn(text: string | null, name: string, resolving: Resolving): readonly ManifestLayer[] {
  try {
    if (text !== null) return layersOf(parseManifest(text));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  resolving.problems.push({ code: 'broken', name, detail: 'The manifest cannot be read.' });
  return [];
}

function nameOf({ title, mediaType, path }: ManifestLayer): string {
  if (title !== null) return plainName(title);
  if (path[0] === 'config') return 'config.json';
  if (/tar\+gzip$|tar\.gzip$/.test(mediaType)) return 'layer.tar.gz';
  if (/tar\+zstd$/.test(mediaType)) return 'layer.tar.zst';
  return /tar/.test(mediaType) ? 'layer.tar' : 'layer';
}
