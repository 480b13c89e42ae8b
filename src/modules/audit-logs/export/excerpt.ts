/** An excerpt: the entries that match a filter, each with the proof that it is in the signed log. */
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { JobRun } from '../../../platform/jobs/jobs.ts';
import { auditLogProblems, type ExcerptFilter } from '../contract.ts';
import { filterOf } from '../reading/reading.ts';
import { type IndexedLine, readMatching } from '../reading/reading-store.ts';
import { inclusionProof } from '../tree/proofs.ts';
import { nodesOfTiles } from '../tree/tiles.ts';
import { readTile } from '../tree/tree-store.ts';
import { type Part, textPart } from './archive.ts';
import type { Plan } from './whole-log.ts';

/** Tiles are read once a batch, and none is kept longer. */
const batch = 500;
export const mostExcerpt = 100_000;
export const statement =
  'Each line is proven to be an entry of the signed log, at its place. An excerpt cannot show that no entry is missing between or after its lines: only the whole log can.';

/** @throws audit-logs.nothingMatches, audit-logs.excerptTooLarge */
export async function* excerptOf(
  given: { plan: Plan; filter: ExcerptFilter; draft: string },
  context: Context,
  job: JobRun,
): AsyncGenerator<Part> {
  const { plan, filter, draft } = given;
  const paths = [`${draft}.lines`, `${draft}.proofs`] as const;
  try {
    const count = await collect({ plan, filter, paths }, context, job);
    if (count === 0) throw auditLogProblems.nothingMatches();
    const manifest = {
      v: 1,
      kind: 'excerpt',
      workspace: context.actor.workspaceId,
      filter,
      entries: count,
      size: plan.size,
      root: plan.root,
      madeAt: new Date().toISOString(),
      statement,
      files: ['entries.jsonl', 'proofs.jsonl', 'checkpoints.txt', 'keys.json'],
      check: 'ai-spm audit verify --file entries.jsonl --proofs proofs.jsonl --checkpoints checkpoints.txt --key YOUR-KEY',
    };
    yield textPart('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
    yield textPart('checkpoints.txt', `${plan.newestNote}\n`);
    yield textPart('keys.json', plan.keys);
    yield await filePart('proofs.jsonl', paths[1]);
    yield await filePart('entries.jsonl', paths[0]);
  } finally {
    for (const path of paths) await rm(path, { force: true });
  }
}

async function filePart(name: string, path: string): Promise<Part> {
  const { size } = await stat(path);
  return { name, size, bytes: () => createReadStream(path) };
}

type Collecting = { readonly plan: Plan; readonly filter: ExcerptFilter; readonly paths: readonly [string, string] };
async function collect({ plan, filter, paths }: Collecting, context: Context, job: JobRun): Promise<number> {
  const [lines, proofs] = [await open(paths[0], 'w', 0o600), await open(paths[1], 'w', 0o600)];
  let count = 0;
  try {
    for (let after = -1, isOver = false; !isOver; ) {
      const found = await transaction(context, () => proven(plan.size, filter, after), { readOnly: true });
      for (const { line, proof } of found) {
        await lines.write(`${line.toString('utf8')}\n`);
        await proofs.write(`${JSON.stringify(proof)}\n`);
      }
      count += found.length;
      if (count > mostExcerpt) throw auditLogProblems.excerptTooLarge({ most: mostExcerpt });
      after = found.at(-1)?.proof.index ?? after;
      isOver = found.length < batch;
      job.progress({ done: count, total: null, unit: 'entries' });
      job.signal.throwIfAborted();
    }
  } finally {
    await Promise.all([lines.close(), proofs.close()]);
  }
  return count;
}

type Proven = {
  readonly line: Buffer;
  readonly proof: { readonly index: number; readonly size: number; readonly proof: readonly string[] };
};
async function proven(size: number, filter: ExcerptFilter, after: number): Promise<Proven[]> {
  const found = (await readMatching(filterOf(filter), after, batch)).filter(({ index }) => index < size);
  const nodes = nodesOfTiles(size, readTile);
  const all: Proven[] = [];
  for (const { index, line } of found satisfies IndexedLine[]) {
    const proof = (await inclusionProof(index, size, nodes)).map((hash) => hash.toString('hex'));
    all.push({ line, proof: { index, size, proof } });
  }
  return all;
}
