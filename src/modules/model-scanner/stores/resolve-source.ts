/** From a model in a store to the real files to scan, under the names people know them by. Reads links, refs, manifests and small files only. */
import { resolveHuggingFace } from './hugging-face-cache.ts';
import { resolveMlflow } from './mlflow-store.ts';
import { resolveOciLayout } from './oci-layout.ts';
import { resolveOllama } from './ollama-store.ts';
import { realRoots } from './store-folder.ts';
import type { ResolvedSource, StoreSource } from './store-source.ts';

/**
 * Finds the files of one model in a store.
 *
 * @param source what is asked for.
 * @param roots  folders that may be read: each a store itself or a folder that holds one at its usual place
 *               (`hub`, `.cache/huggingface/hub`, `mlruns`, `models`, `.ollama/models`). Nothing outside them is opened.
 * @returns files in the order of their names, and what stood in the way. Never throws for what a store holds: an empty list with
 *          the problem `not-found` says that there is no such model. Digests are compared for files up to 64 MiB.
 */
export async function resolveSource(source: StoreSource, roots: readonly string[]): Promise<ResolvedSource> {
  const resolved = await resolveIn(source, await realRoots(roots));
  return {
    files: [...resolved.files].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: resolved.problems,
  };
}

function resolveIn(source: StoreSource, roots: readonly string[]): Promise<ResolvedSource> {
  if ('hfCache' in source) return resolveHuggingFace(source.hfCache, roots);
  if ('mlflow' in source) return resolveMlflow(source.mlflow, roots);
  if ('ollama' in source) return resolveOllama(source.ollama, roots);
  return resolveOciLayout(source.ociLayout, roots);
}
