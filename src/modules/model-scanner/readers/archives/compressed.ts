/** Compressed streams around something else: gzip, zlib, bzip2, xz, lzma, zstd, lz4, brotli, and joblib's own zlib header. */
import type { Where } from '../../../../contract/finding.ts';
import { BudgetExceeded } from '../../engine/budget.ts';
import { memberPlace, placeName, rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { type BegunPieces, beginBrotli } from './begun-pieces.ts';
import { beginsWell, type Codec, type Unpacked, unpack, unpackAhead, unpackBegun } from './decompress.ts';
import { containsItself, selfContained } from './self-containing.ts';

type Wrapper = { readonly codec: Codec; readonly start: number; readonly certain: boolean };

export default defineReader({
  format: 'compressed',
  certain: ({ head, name }) => firstBytes.has(head[0] ?? -1) && wrapperOf(head, name)?.certain === true,
  plausible: ({ head, name }) => wrapperOf(head, name) !== null,
  read: (source, where, tools) => {
    const wrapper = wrapperOf(source.read(0, 4096), placeName(where).toLowerCase());
    if (!wrapper) return null;
    const packed = windowSource(source, wrapper.start, source.size - wrapper.start);
    const begun = wrapper.codec === 'brotli' ? beginBrotli(packed) : undefined;
    if (begun === null || (begun === undefined && !wrapper.certain && !startsWell(source, wrapper))) return null;
    const draft = draftArtefact(wrapper.codec, where, source.size);
    draft.role = 'container';
    guarded(draft, () => openContent(packed, { ...wrapper, ...(begun && { begun }) }, draft, tools));
    begun?.close();
    return draft;
  },
});

const signatures = {
  gzip: [0x1f, 0x8b, 8],
  bzip2: [0x42, 0x5a, 0x68],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  lz4: [0x04, 0x22, 0x4d, 0x18],
  joblib: [0x5a, 0x46, 0x30, 0x78],
} as const;

/** Asked about every file: the first byte rules out nearly all of them. */
const firstBytes: ReadonlySet<number> = new Set([
  ...Object.values(signatures).map(([first]) => first),
  ...Array.from({ length: 16 }, (_, kind) => 0x50 + kind),
]);

function wrapperOf(head: Uint8Array, name: string): Wrapper | null {
  const starts = (signature: readonly number[]) => head[0] === signature[0] && signature.every((byte, i) => head[i] === byte);
  const certain = (codec: Codec): Wrapper => ({ codec, start: 0, certain: true });
  if (starts(signatures.gzip)) return certain('gzip');
  if (starts(signatures.bzip2) && (head[3] ?? 0) >= 0x31 && (head[3] ?? 0) <= 0x39 && (head[4] === 0x31 || head[4] === 0x17))
    return certain('bzip2');
  if (starts(signatures.xz)) return certain('xz');
  if (starts(signatures.zstd)) return certain('zstd');
  if (starts(signatures.lz4)) return certain('lz4');
  if (isSkippable(head, 0)) return certain(afterSkippable(head));
  // joblib before 0.10: 'ZF', the length as 19 characters of hexadecimal text, then zlib.
  if (starts(signatures.joblib)) return { codec: 'zlib', start: 21, certain: true };
  if (startsLzma(head)) return { codec: 'lzma', start: 0, certain: false };
  if (head.length > 6 && head[0] === 0x78 && (0x7800 + (head[1] ?? 0)) % 31 === 0) return { codec: 'zlib', start: 0, certain: false };
  if (name.endsWith('.br')) return { codec: 'brotli', start: 0, certain: false };
  return null;
}

/** Frames that zstd and LZ4 pass over: 0x184D2A50 to 0x184D2A5F, a length, anything. @source RFC 8878, 3.1.2; LZ4 frame format 1.6. */
function isSkippable(head: Uint8Array, at: number): boolean {
  return head[at + 3] === 0x18 && head[at + 2] === 0x4d && head[at + 1] === 0x2a && (head[at] ?? 0) >>> 4 === 5;
}

/** The codec of the frame behind them; zstd where it lies beyond the head. */
function afterSkippable(head: Uint8Array): Codec {
  let at = 0;
  while (at + 8 <= head.length && isSkippable(head, at))
    at += 8 + new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(at + 4, true);
  return signatures.lz4.every((byte, i) => head[at + i] === byte) ? 'lz4' : 'zstd';
}

/**
 * LZMA alone has no signature. Encoders write a dictionary of 2^n or 2^n + 2^(n-1) bytes, and a size below 256 GiB or unknown;
 * without these two, arrays of small integers would pass for it.
 * @source The .lzma File Format 1.1 and the checks that XZ Utils makes before it believes one.
 */
function startsLzma(head: Uint8Array): boolean {
  if (head.length < 18 || (head[0] ?? 255) >= 225 || head[13] !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const dictionary = view.getUint32(1, true);
  const power = 2 ** Math.floor(Math.log2(dictionary));
  if (dictionary < 4096 || (dictionary !== 0xffffffff && dictionary !== power && dictionary !== power * 1.5)) return false;
  const size = view.getBigUint64(5, true);
  return size === 0xffff_ffff_ffff_ffffn || size < 2n ** 38n;
}

/** Two bytes are no signature: the stream must also decode. */
function startsWell(source: ByteSource, { codec, start }: Wrapper): boolean {
  try {
    return beginsWell(codec, windowSource(source, start, Math.min(source.size - start, 4096)), 8 * 2 ** 20);
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}

function openContent(packed: ByteSource, wrapper: Wrapper & { readonly begun?: BegunPieces }, draft: Draft, tools: ReaderTools): void {
  const place = memberPlace(draft.where, innerName(placeName(draft.where)));
  const { source, consumed, complete, faults } = unpackArrays({ ...wrapper, packed, place }, tools);
  if (wrapper.start === 0 && source.costly !== true && containsItself(packed, source)) {
    draft.anomalies.push(selfContained(draft.where));
    return;
  }
  const content = tools.open(source, place);
  draft.members.push(content);
  if (content.role !== null) draft.role = content.role;
  for (const { code, at, detail } of faults)
    draft.anomalies.push(
      lie(code, `${sentence(detail)}: some programs refuse it, others load it.`, rangePlace(draft.where, wrapper.start + at)),
    );
  if (!complete) {
    draft.unread.push({ reason: 'budget', detail: 'Only the beginning was unpacked: the whole is larger than may be held.', where: place });
    return;
  }
  if (consumed < packed.size) readTrailing(packed, consumed, wrapper, { draft, tools });
}

type Packed = { readonly codec: Codec; readonly packed: ByteSource; readonly place: Where; readonly begun?: BegunPieces };

/** Arrays of one file whose declarations are followed, one after the other. */
const mostArrays = 8;

/**
 * Zeros shrink a thousandfold. Content beyond the ratio is looked at as far as it may be read: where it is an array whose header announces
 * these very bytes, they no longer count for the ratio, and the next attempt gets further (docs/adr/0009).
 */
function unpackArrays({ codec, packed, place, begun }: Packed, tools: ReaderTools): Unpacked {
  const { budget } = tools;
  const spent = budget.outputSpent;
  let known = 0;
  for (let round = 0; ; round++)
    try {
      return begun && round === 0 ? unpackBegun(begun, packed, budget) : unpack(codec, packed, budget, null);
    } catch (error) {
      if (!(error instanceof BudgetExceeded) || error.limit !== 'outputBytes' || round >= mostArrays) throw error;
      budget.refund(spent);
      const declared = declaredBytes({ codec, packed, place, ...(begun && { begun }) }, tools);
      budget.refund(spent);
      if (declared <= known) throw error;
      known = declared;
      budget.declareNumbers(declared);
    }
}

/** Bytes that arrays at the beginning of the content say they have; 0 for anything else. */
function declaredBytes({ codec, packed, place, begun }: Packed, tools: ReaderTools): number {
  const ahead = unpackAhead(codec, { source: packed, begun }, tools.budget);
  const declared = ahead === null ? 0 : tools.open(ahead, place).metadata.get('arrayBytes');
  return typeof declared === 'number' ? declared : 0;
}

function sentence(detail: string): string {
  return `${detail.slice(0, 1).toUpperCase()}${detail.slice(1)}`;
}

/** Bytes after the stream: padding, or a second file that only some programs see. */
function readTrailing(
  packed: ByteSource,
  consumed: number,
  { start }: Wrapper,
  { draft, tools }: { draft: Draft; tools: ReaderTools },
): void {
  const rest = windowSource(packed, consumed, packed.size - consumed);
  const at = start + consumed;
  if (rest.read(0, 2 ** 20).every((byte) => byte === 0)) return;
  const content = tools.open(rest, memberPlace(draft.where, `(after the stream, at ${at})`));
  const place = rangePlace(draft.where, at, rest.size);
  if (content.format === 'unknown' || content.format === 'text') {
    draft.anomalies.push(broken('compressed-trailing', `${rest.size} bytes follow the compressed stream.`, place));
    return;
  }
  draft.members.push(content);
  draft.anomalies.push(lie('compressed-hidden-stream', `${rest.size} bytes of ${content.format} follow the compressed stream.`, place));
}

function innerName(name: string): string {
  const shorter = name.replace(/\.(gz|gzip|bz2|xz|lzma|zst|zstd|lz4|br|z)$/i, '').replace(/\.tgz$/i, '.tar');
  return shorter === name || shorter === '' ? '(content)' : shorter;
}
