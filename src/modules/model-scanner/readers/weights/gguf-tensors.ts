/** Tensor ranges of a GGUF file: known types, no overflow, aligned, inside the file, not over one another. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, lie } from '../../engine/reader.ts';

export type GgufTensor = {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: number;
  readonly offset: number;
  readonly at: number;
};
export type GgufLayout = { readonly alignment: number; readonly infoEnd: number; readonly size: number };

/** Elements of a block and its bytes, by ggml type number. @source gguf-py `GGML_QUANT_SIZES`, version 0.19. */
const blocks: ReadonlyMap<number, readonly [bigint, bigint]> = new Map(
  (
    [
      [0, 1, 4],
      [1, 1, 2],
      [2, 32, 18],
      [3, 32, 20],
      [6, 32, 22],
      [7, 32, 24],
      [8, 32, 34],
      [9, 32, 40],
      [10, 256, 84],
      [11, 256, 110],
      [12, 256, 144],
      [13, 256, 176],
      [14, 256, 210],
      [15, 256, 292],
      [16, 256, 66],
      [17, 256, 74],
      [18, 256, 98],
      [19, 256, 50],
      [20, 32, 18],
      [21, 256, 110],
      [22, 256, 82],
      [23, 256, 136],
      [24, 1, 1],
      [25, 1, 2],
      [26, 1, 4],
      [27, 1, 8],
      [28, 1, 8],
      [29, 256, 56],
      [30, 1, 2],
      [34, 256, 54],
      [35, 256, 66],
      [39, 32, 17],
      [40, 64, 36],
      [41, 128, 18],
    ] as const
  ).map(([type, elements, bytes]) => [type, [BigInt(elements), BigInt(bytes)]]),
);
const largest = 2n ** 63n - 1n;

/** Bytes of the file that a tensor takes. */
export type GgufRange = { readonly name: string; readonly start: bigint; readonly end: bigint; readonly at: number };

/** @returns where the tensors lie, in the order of the file; null when the size of one of them is not known. */
export function checkTensors(tensors: readonly GgufTensor[], layout: GgufLayout, draft: Draft): readonly GgufRange[] | null {
  const dataAt = BigInt(Math.ceil(layout.infoEnd / layout.alignment) * layout.alignment);
  const names = new Set<string>();
  const ranges: GgufRange[] = [];
  let parameters = 0n;
  for (const tensor of tensors) {
    const place = rangePlace(draft.where, tensor.at);
    if (names.has(tensor.name))
      draft.anomalies.push(lie('gguf-duplicate-tensor', `Two tensors are called ${tensor.name.slice(0, 100)}.`, place));
    names.add(tensor.name);
    const elements = tensor.dimensions.reduce((product, size) => product * BigInt(size), 1n);
    const bytes = bytesOf(tensor, elements, draft);
    if (bytes === null) continue;
    parameters += elements;
    if (tensor.offset % layout.alignment !== 0)
      draft.anomalies.push(
        broken('gguf-misaligned', `The tensor ${tensor.name.slice(0, 100)} does not start at a multiple of ${layout.alignment}.`, place),
      );
    const start = dataAt + BigInt(tensor.offset);
    ranges.push({ name: tensor.name, start, end: start + bytes, at: tensor.at });
  }
  draft.metadata.set('tensors', tensors.length);
  draft.metadata.set('parameters', Number(parameters));
  const sorted = ranges.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  checkRanges(sorted, BigInt(layout.size), draft);
  return sorted.length === tensors.length ? sorted : null;
}

function bytesOf({ name, type, at, dimensions }: GgufTensor, elements: bigint, draft: Draft): bigint | null {
  const place = rangePlace(draft.where, at);
  const block = blocks.get(type);
  if (!block) {
    draft.unread.push({
      reason: 'unsupported',
      detail: `The element type ${type} of ${name.slice(0, 100)} is not known: its bytes are not checked.`,
      where: place,
    });
    return null;
  }
  const [perBlock, blockBytes] = block;
  if (elements > largest || (elements / perBlock) * blockBytes > largest || dimensions.some((size) => size <= 0)) {
    draft.anomalies.push(
      lie(
        'gguf-overflow',
        `The dimensions ${dimensions.join(' × ')} of ${name.slice(0, 100)} overflow or are zero: programs then write out of bounds.`,
        place,
      ),
    );
    return null;
  }
  if (BigInt(dimensions[0] ?? 1) % perBlock !== 0n)
    draft.anomalies.push(broken('gguf-block', `A row of ${name.slice(0, 100)} does not fill whole blocks of its type.`, place));
  return ((elements + perBlock - 1n) / perBlock) * blockBytes;
}

function checkRanges(sorted: readonly GgufRange[], size: bigint, draft: Draft): void {
  let last: GgufRange | null = null;
  let cut = 0;
  for (const range of sorted) {
    const place = rangePlace(draft.where, range.at);
    if (last && range.start < last.end)
      draft.anomalies.push(
        lie('gguf-overlap', `The tensor ${range.name.slice(0, 100)} shares bytes with ${last.name.slice(0, 100)}.`, place),
      );
    if (range.start > size)
      draft.anomalies.push(lie('gguf-out-of-bounds', `The tensor ${range.name.slice(0, 100)} starts beyond the end of the file.`, place));
    else if (range.end > size) cut += 1;
    if (!last || range.end > last.end) last = range;
  }
  if (cut === 0) return;
  const detail = `${cut} tensors end beyond the file: it is cut.`;
  draft.anomalies.push(broken('gguf-cut', detail, draft.where));
  draft.unread.push({ reason: 'truncated', detail, where: draft.where });
}
