/** What a tar archive is, by the names of its members. */
import type { Artefact } from '../../engine/artefact.ts';

type Kind = { readonly format: string; readonly role: Artefact['role'] };

/** @param names as written, at most as many as the budget allows. */
export function describeTar(names: ReadonlySet<string>): Partial<Kind> {
  const bare = new Set([...names].map((name) => name.replace(/^\.\//, '')));
  if (bare.has('model_config.yaml') && [...bare].some((name) => name.endsWith('.ckpt') || name.endsWith('.safetensors')))
    return { format: 'nemo', role: 'model' };
  if (bare.has('pickle') && bare.has('storages') && bare.has('tensors')) return { format: 'torch-tar', role: 'model' };
  if (bare.has('oci-layout') && bare.has('index.json')) return { format: 'oci-layout', role: 'container' };
  if (bare.has('manifest.json') && bare.has('repositories')) return { format: 'docker-image', role: 'container' };
  if ([...bare].some(isWhiteout)) return { format: 'oci-layer', role: 'container' };
  return isWebDataset(bare) ? { format: 'webdataset', role: 'dataset' } : {};
}

/** `.wh.name` removes what a lower layer holds, `.wh..wh..opq` a whole folder. @source OCI image specification 1.1, layer, "Whiteouts". */
export function isWhiteout(name: string): boolean {
  return name.slice(name.lastIndexOf('/') + 1).startsWith('.wh.');
}

const fieldsOfData = /\.(jpe?g|png|webp|ppm|wav|flac|mp3|mp4|txt|json|cls|npy|npz|pth|pyd|pickle|pkl|cbor|mp|ten|tb)$/;
const lookedAt = 2000;

/**
 * Samples are runs of files with one key and several endings: `000001.jpg`, `000001.cls`.
 * @source the WebDataset format description: the key is the path up to the first dot of the last part.
 */
function isWebDataset(names: ReadonlySet<string>): boolean {
  const samples = new Map<string, number>();
  for (const name of [...names].slice(0, lookedAt)) {
    if (name.endsWith('/')) continue;
    if (!fieldsOfData.test(name.toLowerCase())) return false;
    const folder = name.lastIndexOf('/') + 1;
    const dot = name.indexOf('.', folder);
    const key = name.slice(0, dot);
    samples.set(key, (samples.get(key) ?? 0) + 1);
  }
  return samples.size >= 2 && [...samples.values()].every((count) => count >= 2);
}
