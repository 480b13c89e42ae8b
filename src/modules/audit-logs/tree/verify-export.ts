/**
 * Checks an export of a log against its signed checkpoints, line by line in constant memory. Stand-alone: no database, no platform.
 * It does not stop at the first defect, and it trusts no hash that a line carries about itself.
 */
import { Defects, type LineDefect } from './export-defect.ts';
import { blockOfLine, type LineBlock } from './line-blocks.ts';
import { LineChain } from './line-chain.ts';
import { type ExportKey, expectedRoots, type FiledNote, type NewestRoot, newestOf } from './signed-roots.ts';
import { SignedTree } from './signed-tree.ts';
import { TileFiles, type TileSource } from './tile-files.ts';

export type { LineDefect } from './export-defect.ts';
export type { ExportKey } from './signed-roots.ts';

export type ExportInput = {
  /** Each line alone without its newline, or many at a time. */
  readonly lines: AsyncIterable<Buffer | LineBlock>;
  readonly notes: readonly FiledNote[];
  /** Line numbers of the checkpoint file at which no note stands. */
  readonly brokenNotes: readonly number[];
  readonly keys: readonly ExportKey[];
  /** Entries before the file's first line: without tiles roots cannot be computed then. */
  readonly from: number;
  /** Right edge of the tree of those entries (see frontier.ts): with it roots can be computed. A wrong one leads to a wrong root. */
  readonly edge?: Uint8Array;
  /** Tiles of the newest checkpoint: with them a line is found even when every hash after it was recomputed. */
  readonly tiles?: TileSource;
};
export type ExportVerdict = {
  /** 0 verified and anchored, 1 tampered or incomplete, 2 unreadable, 3 consistent but nothing to compare with. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly lines: number;
  /** Entries from the first on that are proven by a checkpoint, or before the first defect. */
  readonly provenTo: number;
  readonly checkpoints: number;
  readonly newest: NewestRoot | null;
  readonly defects: readonly LineDefect[];
  readonly defectCount: number;
};

/** O(bytes) time, one block of memory; about 4 µs a line of 480 bytes. */
export async function verifyExport(input: ExportInput): Promise<ExportVerdict> {
  const { from } = input;
  const found = new Defects();
  const roots = expectedRoots(input, found);
  const largest = Math.max(0, ...roots.keys());
  const tiles = input.tiles === undefined ? null : new TileFiles(input.tiles, largest, found);
  const chain = new LineChain(from, found);
  const tree = new SignedTree({ from, edge: input.edge, roots, tiles, found });
  const time = (): string => chain.time;
  for await (const piece of input.lines)
    chain.take(Buffer.isBuffer(piece) ? blockOfLine(piece) : piece, (leaf, line) => tree.take(leaf, line, time));
  tree.finish();
  const end = from + chain.line;
  if (tree.canProve && largest > end) found.add(missingTail(end, largest, chain.line));
  const hasProof = tree.canProve && largest > from;
  return {
    exitCode: found.count > 0 ? 1 : hasProof ? 0 : 3,
    lines: chain.line,
    provenTo: found.count === 0 ? (hasProof ? largest : 0) : Math.min(tree.proven, chain.goodTo),
    checkpoints: roots.size,
    newest: newestOf(input.notes, roots),
    defects: found.list,
    defectCount: found.count,
  };
}

function missingTail(end: number, largest: number, lines: number): LineDefect {
  const sentence = `The last ${largest - end} of ${largest} signed entries are missing.`;
  return { line: lines + 1, index: end, kind: 'tail', sentence };
}
