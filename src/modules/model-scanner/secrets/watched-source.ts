/** A source that remembers which of its bytes were read by whom it was given to: those are searched for secrets afterwards. */
import type { ByteSource } from '../engine/source.ts';
import type { Span } from './secret-search.ts';

/** Ranges kept apart; beyond, close ones become one. */
const mostSpans = 4096;

/** Whose reads count now: a stream inside is watched for itself, its reads through the outer one do not count twice. */
export type Watch = { current: object | null };

export class WatchedSource implements ByteSource {
  readonly size: number;
  readonly costly?: boolean;
  readonly #source: ByteSource;
  readonly #watch: Watch;
  #spans: Span[] = [];

  constructor(source: ByteSource, watch: Watch) {
    this.size = source.size;
    if (source.costly === true) this.costly = true;
    this.#source = source;
    this.#watch = watch;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = this.#source.read(offset, length);
    if (this.#watch.current === this && bytes.length > 0) this.#note(offset, offset + bytes.length);
    return bytes;
  }

  #note(start: number, end: number): void {
    const last = this.#spans.at(-1);
    if (last && start >= last.start && start <= last.end) {
      if (end > last.end) this.#spans[this.#spans.length - 1] = { start: last.start, end };
      return;
    }
    this.#spans.push({ start, end });
    if (this.#spans.length > mostSpans) this.#spans = merged(this.#spans, 4096).slice(0, mostSpans / 2);
  }

  /** What was read, in order and without overlap. */
  get spans(): readonly Span[] {
    return merged(this.#spans, 0);
  }
}

function merged(spans: readonly Span[], gap: number): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const result: Span[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last && span.start <= last.end + gap) result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else result.push(span);
  }
  return result;
}

/** @returns the byte order of text in UTF-16 by its mark, or null. */
export function wideOrder(head: Uint8Array): 'little' | 'big' | null {
  if (head[0] === 0xff && head[1] === 0xfe && head[2] !== 0) return 'little';
  return head[0] === 0xfe && head[1] === 0xff ? 'big' : null;
}

/** Text in UTF-16 as one byte a character; characters beyond the first 255 become 0x7f, which belongs to no secret. */
export function narrowedSource(source: ByteSource, order: 'little' | 'big'): ByteSource {
  const low = order === 'little' ? 0 : 1;
  return {
    size: Math.floor(source.size / 2),
    costly: source.costly === true,
    read: (offset, length) => {
      const wide = source.read(offset * 2, length * 2);
      return Uint8Array.from({ length: Math.floor(wide.length / 2) }, (_, i) =>
        wide[2 * i + 1 - low] === 0 ? (wide[2 * i + low] ?? 0) : 0x7f,
      );
    },
  };
}
