/** Weights that lie in a folder twice: as a pickle, and as safetensors. */

const safetensors = /\.safetensors$/i;
const pickled = /\.(bin|pt|pth|ckpt|pkl)$/i;
/** Names that libraries give to the whole weights of a model, with or without a shard number. */
const weightStems = /^(pytorch_model|model|adapter_model|diffusion_pytorch_model|consolidated)([-.]\d+.*)?$/i;

/**
 * @param names paths of files, with '/'.
 * @returns for each pickled weights file, the name of a safetensors file beside it that stands for the same weights. Names are a hint:
 * they only ever add a finding.
 */
export function safetensorsTwins(names: readonly string[]): ReadonlyMap<string, string> {
  const folders = new Map<string, string[]>();
  for (const name of names)
    if (safetensors.test(name)) folders.set(folderOf(name), [...(folders.get(folderOf(name)) ?? []).slice(0, 1000), baseOf(name)]);
  const twins = new Map<string, string>();
  if (folders.size === 0) return twins;
  for (const name of names) {
    const beside = pickled.test(name) ? folders.get(folderOf(name)) : undefined;
    if (!beside) continue;
    const stem = baseOf(name).replace(pickled, '');
    const twin =
      beside.find((other) => other.replace(safetensors, '') === stem) ??
      (weightStems.test(stem) ? beside.find((other) => weightStems.test(other.replace(safetensors, ''))) : undefined);
    if (twin !== undefined) twins.set(name, twin);
  }
  return twins;
}

function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
