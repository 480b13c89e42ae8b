/** Containers of LZMA data: .xz streams (LZMA2, with the delta and branch filters named but not undone) and .lzma files. */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import { BoundedOutput, type Decoded, joinFrames, withinLimit } from './frames.ts';
import { LzmaDecoder, lzmaProperties } from './lzma.ts';

/**
 * @returns null when the output would be larger than `most`.
 * @source The .xz file format 1.2.1, chapters 2 to 4. Checks are not verified: a wrong one hides nothing from this reader.
 */
export function decodeXz(input: Uint8Array, most: number, partial: boolean): Decoded | null {
  return joinFrames(
    input,
    most,
    (rest) => rest[0] === 0xfd && rest[1] === 0x37 && rest[2] === 0x7a,
    (rest, left) => withinLimit(() => tolerant(left, rest, partial, (output) => decodeXzStream(rest, output))),
  );
}

/** @source LZMA SDK specification, chapter "LZMA file format": properties, dictionary size, uncompressed size. */
export function decodeLzmaAlone(input: Uint8Array, most: number, partial: boolean): Decoded | null {
  return withinLimit(() => tolerant(most, input, partial, (output) => decodeAlone(input, output)));
}

function tolerant(most: number, input: Uint8Array, partial: boolean, work: (output: BoundedOutput) => number): Decoded {
  const output = new BoundedOutput(most, input.length * 4);
  try {
    const consumed = work(output);
    return { bytes: output.bytes, consumed };
  } catch (error) {
    if (!partial || !(error instanceof TruncatedBytes)) throw error;
    return { bytes: output.bytes, consumed: input.length };
  }
}

function decodeAlone(input: Uint8Array, output: BoundedOutput): number {
  if (input.length < 18) throw new TruncatedBytes('lzma-broken', input.length, 'the LZMA header is cut');
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const size = view.getBigUint64(5, true);
  const decoder = new LzmaDecoder(output, lzmaProperties(input[0] ?? 255));
  decoder.range.start(input, 13);
  const unknown = size === 0xffff_ffff_ffff_ffffn;
  decoder.run(unknown ? Number.MAX_SAFE_INTEGER : Number(size));
  return decoder.range.at;
}

const lzma2Filter = 0x21;
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

function decodeXzStream(input: Uint8Array, output: BoundedOutput): number {
  need(input, 12);
  const check = checkBytes[(input[7] ?? 0) & 15] ?? 0;
  let at = 12;
  for (;;) {
    need(input, at + 1);
    if (input[at] === 0) break;
    at = blockHeader(input, at);
    const start = at;
    at = decodeLzma2(input, at, output);
    at += ((4 - ((at - start) & 3)) & 3) + check;
  }
  return streamEnd(input, at);
}

/** @returns the offset of the block's data. */
function blockHeader(input: Uint8Array, at: number): number {
  const size = ((input[at] ?? 0) + 1) * 4;
  need(input, at + size);
  const flags = input[at + 1] ?? 0;
  let position = at + 2;
  const number = () => {
    const { value, next } = variableLength(input, position);
    position = next;
    return value;
  };
  if (flags & 0x40) number();
  if (flags & 0x80) number();
  const filters = (flags & 3) + 1;
  for (let i = 0; i < filters; i++) {
    const id = number();
    const length = number();
    position += length;
    if (id !== lzma2Filter) throw new MalformedBytes('xz-filter', at, `the xz filter ${id} is not supported`);
  }
  return at + size;
}

function variableLength(input: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = input[at + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw new MalformedBytes('xz-broken', at, 'a length of the xz header is broken');
}

/** @source The .xz file format, section 5.3.1, and the LZMA2 control byte as the XZ for Java documentation describes it. */
function decodeLzma2(input: Uint8Array, start: number, output: BoundedOutput): number {
  let at = start;
  const decoder = new LzmaDecoder(output, lzmaProperties(0x5d));
  decoder.dictionaryStart = output.length;
  for (;;) {
    need(input, at + 1);
    const control = input[at] ?? 0;
    if (control === 0) return at + 1;
    if (control < 0x80) {
      at = uncompressedChunk(input, at, control, output, decoder);
      continue;
    }
    need(input, at + 6);
    const size = ((control & 0x1f) << 16) + ((input[at + 1] ?? 0) << 8) + (input[at + 2] ?? 0) + 1;
    const packed = ((input[at + 3] ?? 0) << 8) + (input[at + 4] ?? 0) + 1;
    const reset = (control >> 5) & 3;
    if (reset === 3) decoder.dictionaryStart = output.length;
    if (reset >= 2) decoder.reset(lzmaProperties(input[at + 5] ?? 255));
    if (reset === 1) decoder.resetState();
    const data = at + (reset >= 2 ? 6 : 5);
    need(input, data + packed);
    decoder.range.start(input, data);
    decoder.run(size);
    at = data + packed;
  }
}

function uncompressedChunk(input: Uint8Array, at: number, control: number, output: BoundedOutput, decoder: LzmaDecoder): number {
  if (control > 2) throw new MalformedBytes('xz-broken', at, `unknown LZMA2 control byte ${control}`);
  need(input, at + 3);
  const size = ((input[at + 1] ?? 0) << 8) + (input[at + 2] ?? 0) + 1;
  need(input, at + 3 + size);
  if (control === 1) decoder.dictionaryStart = output.length;
  output.append(input.subarray(at + 3, at + 3 + size));
  return at + 3 + size;
}

/** Index, footer and stream padding. */
function streamEnd(input: Uint8Array, indexAt: number): number {
  let at = indexAt + 1;
  const records = variableLength(input, at);
  at = records.next;
  for (let i = 0; i < records.value; i++) {
    at = variableLength(input, at).next;
    at = variableLength(input, at).next;
  }
  at += (4 - ((at - indexAt) & 3)) & 3;
  at += 4 + 12;
  need(input, at);
  while (input[at] === 0 && input[at + 1] === 0 && input[at + 2] === 0 && input[at + 3] === 0) at += 4;
  return at;
}

function need(input: Uint8Array, length: number): void {
  if (length > input.length) throw new TruncatedBytes('xz-broken', input.length, 'the xz stream is cut');
}
