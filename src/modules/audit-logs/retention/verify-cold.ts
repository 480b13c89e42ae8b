/** Checks a month in cold storage with nothing but its files and the keys: the same code as the stand-alone verifier. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Frontier } from '../tree/frontier.ts';
import { leafHash } from '../tree/hashing.ts';
import { readNotes } from '../tree/note-file.ts';
import { isConsistent } from '../tree/proofs.ts';
import { type ExportKey, verifyExport } from '../tree/verify-export.ts';
import { type ColdManifest, linesFile, readLinesOf, readManifest, sha256Of } from './cold-files.ts';

export type ColdVerdict = {
  /** Sentences; empty: every line of the month is proven by a signed checkpoint. */
  readonly defects: readonly string[];
  readonly lines: number;
  readonly manifest: ColdManifest;
  /** After the last line. */
  readonly edge: Buffer;
  readonly lastLeaf: Buffer;
  readonly lastTime: string;
};

/**
 * Reads a cold month from its folder, in constant memory.
 * Form, order and chain of the lines; each signed checkpoint within the month; and that the tree after its last line is the beginning
 * of the tree a signed checkpoint covers (RFC 9162, 2.1.4): that proves every line, and the edge before the month too.
 * @throws when a file is missing or is no such file
 */
export async function verifyCold(folder: string, keys: readonly ExportKey[]): Promise<ColdVerdict> {
  const manifest = await readManifest(folder);
  const path = join(folder, linesFile);
  const defects: string[] = [];
  if ((await sha256Of(path)) !== manifest.sha256) defects.push('The lines are not the file the manifest names.');
  const { notes, broken } = readNotes(await readFile(join(folder, 'checkpoints.txt'), 'utf8'));
  const edge = Buffer.from(manifest.edge, 'base64');
  const tree = new Frontier(manifest.first, edge);
  const seen = { leaf: Buffer.alloc(32), time: '' };
  const within = notes.filter(({ checkpoint: { size } }) => size > manifest.first && size <= manifest.end);
  const {
    defects: found,
    defectCount,
    lines,
  } = await verifyExport({
    lines: tapped(readLinesOf(path), tree, seen),
    notes: within,
    brokenNotes: broken,
    keys,
    from: manifest.first,
    edge,
  });
  defects.push(...found.map(({ line, sentence }) => `line ${line}: ${sentence}`));
  if (defectCount > found.length) defects.push(`${defectCount - found.length} further defects.`);
  if (tree.size !== manifest.end) defects.push(`The month should end before entry ${manifest.end} and ends before ${tree.size}.`);
  defects.push(...(await coverDefects({ manifest, tree, notes, keys })));
  return { defects, lines, manifest, edge: tree.bytes(), lastLeaf: seen.leaf, lastTime: seen.time };
}

type Cover = {
  readonly manifest: ColdManifest;
  readonly tree: Frontier;
  readonly notes: ReturnType<typeof readNotes>['notes'];
  readonly keys: readonly ExportKey[];
};

async function coverDefects({ manifest: { covering }, tree, notes, keys }: Cover): Promise<string[]> {
  const note = notes.find(({ checkpoint }) => checkpoint.size === covering.size);
  if (note === undefined) return ['The checkpoint that covers the month is missing.'];
  // Its signature, by the code that checks those of an export: no lines, so nothing but the notes is looked at.
  const signed = await verifyExport({ lines: nothing(), notes: [note], brokenNotes: [], keys, from: covering.size });
  if (signed.defectCount > 0) return signed.defects.map(({ sentence }) => sentence);
  const claim = { earlier: tree.size, size: covering.size, earlierRoot: tree.root(), root: note.checkpoint.root };
  const proof = covering.proof.map((hash) => Buffer.from(hash, 'base64'));
  return isConsistent(claim, proof) ? [] : [`The lines do not lead to the tree that was signed at ${covering.size} entries.`];
}

async function* nothing(): AsyncGenerator<Buffer> {}

async function* tapped(lines: AsyncIterable<Buffer>, tree: Frontier, seen: { leaf: Buffer; time: string }): AsyncGenerator<Buffer> {
  for await (const line of lines) {
    seen.leaf = leafHash(line);
    tree.append(seen.leaf);
    seen.time = /"time":"([^"]{20,40})"/.exec(line.subarray(-200).toString('latin1'))?.[1] ?? seen.time;
    yield line;
  }
}
