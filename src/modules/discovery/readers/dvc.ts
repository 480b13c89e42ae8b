/** Data and models that DVC keeps elsewhere: what a repository holds of them is a digest. */
import { asList, asRecord, asText, field, parseYaml } from '../document.ts';

export type TrackedFile = {
  /** Relative to the folder of the `.dvc` file. */
  readonly path: string;
  /** MD5 of the file; of a folder the MD5 of its listing, which ends in `.dir`. */
  readonly digest: string | null;
  readonly size: number | null;
  readonly role: 'model' | 'dataset';
};

const modelNames =
  /(?:^|[/_.-])(?:models?|weights?|checkpoints?|ckpt|classifier|encoder|decoder|embedder)(?:$|[/_.-])|\.(?:pkl|pickle|joblib|pt|pth|ckpt|onnx|gguf|safetensors|h5|keras|tflite|pb|bin|cbm|ubj|mlmodel|nemo|pdmodel|pte)$/i;
const dataNames =
  /(?:^|[/_.-])(?:data|dataset|datasets|train|training|test|valid|validation|eval|corpus|raw|features?|labels?|images?|audio)(?:$|[/_.-])|\.(?:csv|tsv|parquet|arrow|feather|jsonl|ndjson|npy|npz|tfrecord|zip|tar|gz)$/i;

/**
 * @returns the outputs of one `.dvc` file that are a model or data by their name; others are left out.
 * @source DVC documentation, ".dvc files".
 */
export function trackedFiles(text: string): TrackedFile[] {
  const root = asRecord(parseYaml(text)[0]);
  return asList(field(root, 'outs'))
    .slice(0, 100)
    .flatMap((entry): TrackedFile[] => {
      const out = asRecord(entry);
      const path = asText(field(out, 'path'), 1000);
      const digest = asText(field(out, 'md5'), 40);
      if (path === null || path.startsWith('/') || path.split('/').includes('..')) return [];
      const role = modelNames.test(path) ? 'model' : dataNames.test(path) ? 'dataset' : null;
      const size = field(out, 'size');
      const known = digest !== null && /^[0-9a-f]{32}(?:\.dir)?$/.test(digest) ? digest : null;
      return role === null ? [] : [{ path, digest: known, size: typeof size === 'number' && size >= 0 ? size : null, role }];
    });
}
