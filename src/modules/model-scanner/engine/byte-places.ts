/** The streams of one file by container path, so that a finding can show the bytes it is about. */
import type { Where } from '../../../contract/finding.ts';
import type { SecretSearch } from '../secrets/secret-search.ts';
import type { ByteSource } from './source.ts';

/** Unpacked streams are kept in memory up to this sum; those beyond it have no excerpt. */
const keptBytes = 16 * 2 ** 20;
const excerptBytes = 1024;
const before = 64;
const after = 192;
/** Looked at beside an excerpt for secrets that reach into it. */
const aroundBytes = 4096;

export type Excerpt = { readonly start: number; readonly base64: string };

export class BytePlaces {
  readonly #sources = new Map<string, ByteSource>();
  #kept = 0;
  #secrets: SecretSearch | null = null;

  /** From now on no excerpt and no text shows a secret. */
  hideWith(secrets: SecretSearch): void {
    this.#secrets = secrets;
  }

  /** Text about the file as it may be shown. */
  redacted(text: string): string {
    return this.#secrets === null ? text : this.#secrets.redacted(text);
  }

  remember(source: ByteSource, { containerPath }: Where): void {
    const isRoot = containerPath.length === 1;
    if (!isRoot && this.#kept + source.size > keptBytes) return;
    if (!isRoot) this.#kept += source.size;
    const key = keyOf(containerPath);
    if (!this.#sources.has(key)) this.#sources.set(key, source);
  }

  /** After the last excerpt: unpacked content was opened again for some of them. */
  release(): void {
    for (const source of this.#sources.values()) source.release?.();
  }

  /** At most 1 KiB around the place, from a multiple of 16; null when the place has no offset or its bytes are not at hand. */
  excerpt({ containerPath, offset, length }: Where): Excerpt | null {
    const source = offset === null ? undefined : this.#sources.get(keyOf(containerPath));
    if (!source || offset === null || offset >= source.size) return null;
    const start = Math.max(0, Math.floor((offset - before) / 16) * 16);
    const end = Math.min(source.size, Math.min(offset + (length ?? 0) + after, start + excerptBytes));
    try {
      return { start, base64: Buffer.from(this.#shown(source, containerPath, start, end)).toString('base64') };
    } catch {
      // The read budget is used up: the finding stands without its bytes.
      return null;
    }
  }

  /** A secret may begin before the bytes that are shown, or end behind them. */
  #shown(source: ByteSource, containerPath: readonly string[], start: number, end: number): Uint8Array {
    if (this.#secrets === null) return source.read(start, end - start);
    const from = Math.max(0, start - aroundBytes);
    const context = source.read(from, Math.min(source.size, end + aroundBytes) - from);
    return this.#secrets.blanked(context, { containerPath, at: from, shown: { start: start - from, end: end - from } });
  }
}

function keyOf(containerPath: readonly string[]): string {
  return JSON.stringify(containerPath);
}
