/** What stands in a GGUF file between its tensors and behind them. */
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { judgeStray } from '../parts/stray-bytes.ts';
import type { GgufRange } from './gguf-tensors.ts';

/** Writers fill with zeros up to the next tensor. */
const looked = 4096;
const mostGaps = 64;

type Layout = { readonly dataAt: number; readonly alignment: number };

/**
 * @param ranges of all tensors, in bytes of the file; a file whose tensors are not all understood has none to compare with.
 * Gaps shorter than the alignment, and those that begin with zeros, are padding. At most 64 gaps are looked at.
 */
export function checkUnused(
  source: ByteSource,
  ranges: readonly GgufRange[],
  { layout, draft, tools }: { layout: Layout; draft: Draft; tools: ReaderTools },
): void {
  const { dataAt, alignment } = layout;
  let end = dataAt;
  let gaps = 0;
  const judge = (until: number): void => {
    const size = until - end;
    if (size <= 0 || gaps >= mostGaps) return;
    const head = source.read(end, Math.min(size, looked));
    const filled = head.findIndex((byte) => byte !== 0);
    if (filled < 0 || (until < source.size && size < alignment)) return;
    gaps += 1;
    judgeStray(windowSource(source, end + filled, size - filled), { code: 'gguf-unused', at: end + filled, draft, tools });
  };
  for (const range of ranges) {
    const start = Number(range.start);
    if (start > source.size) break;
    judge(start);
    end = Math.max(end, Number(range.end));
  }
  judge(source.size);
}
