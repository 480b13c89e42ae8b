/** Manifests of container images and of ollama models: which blobs a name consists of. */
import { MalformedBytes } from '../../engine/reader.ts';
import { type JsonObject, type JsonValue, parseJson } from './json-tokens.ts';

export type ManifestLayer = {
  readonly mediaType: string;
  /** As written: what is no digest must not become part of a path. */
  readonly digest: string;
  readonly size: number | null;
  /** `org.opencontainers.image.title`: the file's own name. */
  readonly title: string | null;
  /** `org.opencontainers.image.ref.name`: the tag. */
  readonly reference: string | null;
  /** Keys to the value in the document. */
  readonly path: readonly (string | number)[];
};

const mostLayers = 10_000;

/** @throws MalformedBytes when the text is no JSON object. */
export function parseManifest(text: string): JsonObject {
  const { value } = parseJson(text);
  if (!(value instanceof Map)) throw new MalformedBytes('manifest-broken', 0, 'a manifest is no JSON object');
  return value;
}

/** Config, layers, and the manifests of an index. @source OCI image specification 1.1: descriptor, manifest, index; Docker image manifest V2 schema 2. */
export function layersOf(manifest: JsonObject): ManifestLayer[] {
  const config = descriptorOf(manifest.get('config'), ['config']);
  const listed = ['layers', 'manifests', 'blobs'].flatMap((key) => {
    const items = manifest.get(key);
    if (!Array.isArray(items)) return [];
    return items.slice(0, mostLayers).map((item, i) => descriptorOf(item, [key, i]));
  });
  return [config, ...listed].filter((layer) => layer !== null);
}

function descriptorOf(value: JsonValue | undefined, path: readonly (string | number)[]): ManifestLayer | null {
  if (!(value instanceof Map)) return null;
  const digest = value.get('digest');
  if (typeof digest !== 'string') return null;
  const annotations = value.get('annotations');
  const note = (key: string) => {
    const text = annotations instanceof Map ? annotations.get(key) : undefined;
    return typeof text === 'string' ? text.slice(0, 500) : null;
  };
  const [size, mediaType] = [value.get('size'), value.get('mediaType')];
  return {
    mediaType: typeof mediaType === 'string' ? mediaType.slice(0, 300) : '',
    digest,
    size: typeof size === 'number' ? size : null,
    title: note('org.opencontainers.image.title'),
    reference: note('org.opencontainers.image.ref.name'),
    path,
  };
}

export type StoredDigest = { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string };

/**
 * A digest that may become a file name: algorithm and lower-case hexadecimal of the right length, nothing else.
 * @returns null for everything else: `../`, a short digest, other letters (CVE-2024-37032).
 */
export function storedDigest(text: string): StoredDigest | null {
  const match = /^(?:(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128}))$/.exec(text);
  if (!match) return null;
  if (match[2] !== undefined) return { algorithm: 'sha256', hex: match[2] };
  return match[4] === undefined ? null : { algorithm: 'sha512', hex: match[4] };
}
