/** Checks an excerpt: each line by itself against a signed root, by the proof that came with it. */
import { readLine } from '../verifying/verification.ts';
import { Defects } from './export-defect.ts';
import { leafHash } from './hashing.ts';
import type { LineBlock } from './line-blocks.ts';
import { isIncluded } from './proofs.ts';
import { type ExportKey, expectedRoots, type FiledNote, newestOf } from './signed-roots.ts';
import type { ExportVerdict } from './verify-export.ts';

/** The proof of one line: hashes in hexadecimal digits. */
export type LineProof = { readonly index: number; readonly size: number; readonly proof: readonly string[] };
export type ExcerptInput = {
  readonly lines: AsyncIterable<LineBlock>;
  /** One for each line, in their order; null: what stands there is no proof. */
  readonly proofs: AsyncIterable<LineProof | null>;
  readonly notes: readonly FiledNote[];
  readonly brokenNotes: readonly number[];
  readonly keys: readonly ExportKey[];
};

/** `provenTo` counts lines here: an excerpt proves what it holds, and nothing about what it leaves out. */
export async function verifyExcerpt(input: ExcerptInput): Promise<ExportVerdict> {
  const found = new Defects();
  const roots = expectedRoots(input, found);
  const proofs = input.proofs[Symbol.asyncIterator]();
  let [line, proven, last] = [0, 0, -1];
  for await (const text of linesOf(input.lines)) {
    line += 1;
    const { value: proof } = await proofs.next();
    const entry = readLine(text);
    const say = (kind: 'form' | 'root' | 'gap', sentence: string): void => found.add({ line, index: entry?.index ?? null, kind, sentence });
    if (entry === null) say('form', `Line ${line} is no canonical entry of version 1.`);
    else if (proof === undefined || proof === null) say('root', `Line ${line} has no proof.`);
    else if (entry.index <= last) say('gap', `Line ${line} is entry ${entry.index}, and does not come after entry ${last}.`);
    else if (isProven(text, entry.index, proof, roots.get(proof.size)?.root)) proven += 1;
    else say('root', `Entry ${entry.index} at line ${line} is not in the log that was signed.`);
    last = Math.max(last, entry?.index ?? -1);
  }
  if ((await proofs.next()).done !== true)
    found.add({ line: line + 1, index: null, kind: 'tail', sentence: 'There are more proofs than lines.' });
  return {
    exitCode: found.count > 0 ? 1 : roots.size === 0 || line === 0 ? 3 : 0,
    lines: line,
    provenTo: proven,
    checkpoints: roots.size,
    newest: newestOf(input.notes, roots),
    defects: found.list,
    defectCount: found.count,
  };
}

function isProven(text: Buffer, index: number, proof: LineProof, root: Buffer | undefined): boolean {
  if (root === undefined || proof.index !== index) return false;
  const path = proof.proof.map((hash) => Buffer.from(hash, 'hex'));
  return path.every((hash) => hash.length === 32) && isIncluded({ index, size: proof.size, leaf: leafHash(text), root }, path);
}

/** Lines one by one, each in bytes of its own. */
export async function* linesOf(blocks: AsyncIterable<LineBlock>): AsyncGenerator<Buffer> {
  for await (const { bytes, from, to } of blocks) {
    for (let at = from; at < to; ) {
      const end = bytes.indexOf(10, at);
      yield Buffer.from(bytes.subarray(at, end));
      at = end + 1;
    }
  }
}
