/** The whole log as parts of an archive: exact lines, signed notes, keys, and the tiles of the tree. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { JobRun } from '../../../platform/jobs/jobs.ts';
import { auditLogProblems } from '../contract.ts';
import { sweepFromStart } from '../retention/chain-start.ts';
import { bytesOfLines, readLines } from '../store.ts';
import { hashBytes } from '../tree/hashing.ts';
import { signingKeys } from '../tree/proving.ts';
import { tilePath, tileWidth } from '../tree/tiles.ts';
import { newestCheckpoint, notesUpTo, readTile } from '../tree/tree-store.ts';
import { bytesPart, type Part, textPart } from './archive.ts';

const batch = 2000;
const largestEntries = 8 ** 11 - 1;
const tilesAtOnce = 64;

export type Plan = {
  /** Entries before it left the database with their months. */
  readonly first: number;
  readonly size: number;
  readonly root: string;
  readonly newestNote: string;
  readonly lineBytes: number;
  readonly notes: string;
  readonly keys: string;
};

/** Everything up to the newest checkpoint: what is exported is proven whole. @returns null when nothing is signed yet */
export async function planOf(): Promise<Plan | null> {
  const newest = await newestCheckpoint();
  if (newest === undefined || newest.size === 0) return null;
  const { next: first } = await sweepFromStart();
  const lineBytes = (await bytesOfLines(newest.size)) + newest.size - first;
  if (lineBytes > largestEntries) throw auditLogProblems.exportTooLarge({ bytes: lineBytes });
  return {
    first,
    size: newest.size,
    root: newest.root.toString('hex'),
    newestNote: newest.note,
    lineBytes,
    notes: (await notesUpTo(newest.size)).map((note) => `${note}\n`).join(''),
    keys: `${JSON.stringify(await signingKeys(), null, 2)}\n`,
  };
}

export async function* wholeLog(plan: Plan, context: Context, job: JobRun): AsyncGenerator<Part> {
  const { first, size, root, lineBytes, notes, keys, newestNote } = plan;
  const manifest = {
    v: 1,
    kind: 'whole',
    workspace: context.actor.workspaceId,
    first,
    entries: size - first,
    size,
    root,
    madeAt: new Date().toISOString(),
    files: ['entries.jsonl', 'checkpoints.txt', 'keys.json', 'tiles/'],
    check: `ai-spm audit verify --file entries.jsonl --checkpoints checkpoints.txt --tiles tiles --key YOUR-KEY${first === 0 ? '' : ` --from ${first}`}`,
  };
  yield textPart('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
  yield textPart('checkpoints.txt', notes);
  yield textPart('keys.json', keys);
  // With it the folder is a log as C2SP tlog-tiles lays it out.
  yield textPart('tiles/checkpoint', newestNote);
  yield* tileParts(size, context);
  yield { name: 'entries.jsonl', size: lineBytes, bytes: () => linesOf(plan, context, job) };
}

async function* tileParts(size: number, context: Context): AsyncGenerator<Part> {
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / tileWidth)) {
    const tiles = Math.ceil(count / tileWidth);
    for (let first = 0; first < tiles; first += tilesAtOnce) {
      const wanted = Array.from({ length: Math.min(tilesAtOnce, tiles - first) }, (_, step) => first + step);
      const width = (index: number): number => Math.min(tileWidth, count - index * tileWidth);
      // Each batch is a short transaction of its own: an export never holds back vacuum.
      const read = await transaction(context, () => Promise.all(wanted.map((index) => readTile(level, index, width(index)))), {
        readOnly: true,
      });
      for (const [step, hashes] of read.entries()) {
        const index = first + step;
        // A tile that was open at that size may be whole by now.
        yield bytesPart(`tiles/${tilePath(level, index, width(index))}`, hashes.subarray(0, width(index) * hashBytes));
      }
    }
  }
}

async function* linesOf({ first: start, size }: Plan, context: Context, job: JobRun): AsyncGenerator<Buffer> {
  for (let first = start; first < size; first += batch) {
    const lines = await transaction(context, () => readLines(first, Math.min(size, first + batch)), { readOnly: true });
    if (lines.length !== Math.min(batch, size - first)) throw auditLogProblems.exportGap({ index: first + lines.length });
    yield Buffer.concat(lines.flatMap((line) => [line, newline]));
    job.progress({ done: Math.min(size, first + batch), total: size, unit: 'entries' });
  }
}
const newline = Buffer.from('\n');
