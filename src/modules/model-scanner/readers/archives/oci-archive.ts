/** An OCI image layout packed as one archive: every blob must have the digest it is called by, and be what its descriptor says. */
import { createHash } from 'node:crypto';
import type { Where } from '../../../../contract/finding.ts';
import type { Artefact } from '../../engine/artefact.ts';
import { type Draft, lie, MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { layersOf, type ManifestLayer, parseManifest } from '../parts/image-manifest.ts';

/** Blobs above this are not hashed unless they are read anyway. */
const hashedBytes = 64 * 2 ** 20;
const blobName = /(?:^|\/)blobs\/(?:sha256\/|sha256-)([0-9a-f]{64})$/;
const step = 2 ** 20;
const manifestBytes = 4 * 2 ** 20;
const utf8 = new TextDecoder('utf-8');

/** Blobs of one archive, put together while its members are read. */
export type OciBlobs = { readonly formats: Map<string, string>; readonly descriptors: ManifestLayer[] };

export function noBlobs(): OciBlobs {
  return { formats: new Map(), descriptors: [] };
}

/** @source OCI image layout specification 1.1: `blobs/<algorithm>/<digest>`; ollama writes `blobs/sha256-<digest>`. */
export function noteBlob(name: string, content: ByteSource, opened: Artefact, { blobs, draft }: { blobs: OciBlobs; draft: Draft }): void {
  const isIndex = /(?:^|\/)index\.json$/.test(name);
  const digest = blobName.exec(name)?.[1];
  if (digest === undefined && !isIndex) return;
  if (digest !== undefined) {
    blobs.formats.set(digest, opened.format);
    if (content.size <= hashedBytes) checkDigest(digest, content, opened.where, draft);
  }
  if (/^(?:oci|ollama)-manifest$/.test(opened.format) && content.size <= manifestBytes) blobs.descriptors.push(...descriptorsIn(content));
}

function checkDigest(digest: string, content: ByteSource, where: Where, draft: Draft): void {
  const hash = createHash('sha256');
  for (let at = 0; at < content.size; at += step) hash.update(content.read(at, step));
  const found = hash.digest('hex');
  if (found !== digest)
    draft.anomalies.push(
      lie('oci-digest', `The blob is called ${digest.slice(0, 16)}… and its bytes have the digest ${found.slice(0, 16)}….`, where),
    );
}

function descriptorsIn(content: ByteSource): readonly ManifestLayer[] {
  try {
    return layersOf(parseManifest(utf8.decode(content.read(0, content.size))));
  } catch (error) {
    // The document's own reader has said that it is broken.
    if (error instanceof MalformedBytes) return [];
    throw error;
  }
}

/** What the members of a media type may turn out to be. */
const expected: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [/\+gzip$|\.tar\.gzip$|diff\.tar\.gzip$/, new Set(['gzip'])],
  [/\+zstd$/, new Set(['zstd'])],
  [/layer\.v1\.tar$|diff\.tar$/, new Set(['tar', 'oci-layer', 'webdataset'])],
  [/vnd\.ollama\.image\.(?:model|projector)$/, new Set(['gguf', 'safetensors'])],
  [/\+json$/, new Set(['json', 'text', 'oci-manifest', 'ollama-manifest'])],
];

/** Descriptors of every manifest in the archive against what its blobs are. */
export function checkMediaTypes({ formats, descriptors }: OciBlobs, draft: Draft): void {
  for (const { digest, mediaType } of descriptors) {
    const format = formats.get(digest.replace(/^sha256:/, ''));
    const fits = expected.find(([type]) => type.test(mediaType))?.[1];
    if (format === undefined || fits === undefined || fits.has(format) || format === 'unknown' || format === 'empty') continue;
    // A JSON document may be of a kind that has a format word of its own.
    if (/\+json$/.test(mediaType) && !binary.has(format)) continue;
    draft.anomalies.push(lie('oci-media-type', `The blob ${digest.slice(0, 23)}… is declared ${mediaType} and is ${format}.`, draft.where));
  }
}

const binary = new Set(['pickle', 'zip', 'tar', 'gzip', 'executable', 'gguf', 'safetensors', 'torch-zip', '7z', 'zstd', 'xz']);
