/** Writes closed months to cold storage, verifies them there, and lets those go whose term has ended. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../contract/actor.ts';
import { problems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { readLines } from '../store.ts';
import { Frontier, levelsOf } from '../tree/frontier.ts';
import { consistencyProof, type NodeReader } from '../tree/proofs.ts';
import { signingKeys } from '../tree/proving.ts';
import { publicKeyObject } from '../tree/public-key.ts';
import { nodesOfTiles, tileWidth } from '../tree/tiles.ts';
import { readTile, readTreeSize } from '../tree/tree-store.ts';
import type { ExportKey } from '../tree/verify-export.ts';
import { type ColdManifest, linesFile, replaceFolder, writeLines, writeTile } from './cold-files.ts';
import type { Terms } from './keeping-contract.ts';
import { actionsOfMonth, coveringCheckpoint, type MonthRange, noteCold, notesBetween, tilesBetween } from './retention-store.ts';
import { addMonths, lineMonths, monthEnd } from './terms.ts';
import { verifyCold } from './verify-cold.ts';

const batch = 500;
export const coldProblems = problems('audit-logs', {
  coldGap: [500, 'Entry {index} is gone from the log: the month {month} cannot be taken into cold storage.'],
  coldWrong: [500, 'The month {month} was not the same when it was read back from cold storage: {defect}'],
});

type Job = { readonly month: string; readonly range: MonthRange; readonly root: string; readonly context: Context; readonly terms: Terms };

/**
 * Writes one month of the context's workspace, reads it back with the verifier, and notes where it lies. What was there before is replaced.
 * @param root of the cold storage. @returns false when no checkpoint in a second place covers it yet.
 * @throws audit-logs.coldGap, audit-logs.coldWrong
 */
export async function freezeMonth({ month, range, root, context, terms }: Job): Promise<boolean> {
  const { workspaceId } = context.actor;
  const read = <T>(work: () => Promise<T>): Promise<T> => transaction(context, work, { readOnly: true });
  const covering = await read(() => coveringCheckpoint(range.end));
  if (covering === undefined) return false;
  const store = join(root, workspaceId);
  const folder = join(store, month);
  const facts = await read(() => factsOf(range, covering.size));
  const keys = await read(signingKeys);
  await replaceFolder(folder, async (draft) => {
    const { sha256 } = await writeLines(join(draft, linesFile), linesOf(range, context, month));
    const manifest: ColdManifest = { v: 1, workspace: workspaceId, month, ...range, ...facts, sha256 };
    const notes = [...new Set([...(await read(() => notesBetween(range))), covering.note])];
    await writeFile(join(draft, 'checkpoints.txt'), notes.map((note) => `${note}\n`).join(''), { mode: 0o600, flush: true });
    await writeFile(join(draft, 'keys.json'), `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flush: true });
    await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  });
  await freezeTiles(store, covering.size, context);
  await noteFrozen({ month, range, context, terms, root }, folder, keys.keys);
  return true;
}

async function noteFrozen(
  { month, range, context, terms }: Job,
  folder: string,
  keys: Awaited<ReturnType<typeof signingKeys>>['keys'],
): Promise<void> {
  const known = keys.map(({ name, publicKey, validTo }): ExportKey => {
    const raw = Buffer.from(publicKey, 'base64');
    return { name, publicKey: raw, keyObject: publicKeyObject(raw), validTo };
  });
  const { defects, manifest, edge, lastLeaf, lastTime } = await verifyCold(folder, known);
  const [defect] = defects;
  if (defect !== undefined) throw coldProblems.coldWrong({ month, defect });
  await transaction(context, async () => {
    const keepUntil = addMonths(monthEnd(month), lineMonths(terms, await actionsOfMonth(month)));
    const { size } = await stat(join(folder, linesFile));
    await noteCold({
      month,
      range,
      edge: Buffer.from(manifest.edge, 'base64'),
      endEdge: edge,
      lastLeaf,
      lastTime,
      checkpointSize: manifest.covering.size,
      folder,
      bytes: size,
      sha256: Buffer.from(manifest.sha256, 'hex'),
      keepUntil,
    });
    const after = { month, first: range.first, end: range.end, sha256: manifest.sha256 };
    await audit.record({
      action: 'audit-logs.freeze-month',
      resource: { type: 'audit-logs', id: month },
      outcome: 'done',
      change: { after },
    });
  });
}

/** Each batch is a short transaction of its own: nothing holds back vacuum. */
async function* linesOf({ first, end }: MonthRange, context: Context, month: string): AsyncGenerator<Buffer> {
  for (let from = first; from < end; from += batch) {
    const before = Math.min(end, from + batch);
    const lines = await transaction(context, () => readLines(from, before), { readOnly: true });
    if (lines.length !== before - from) throw coldProblems.coldGap({ index: from + lines.length, month });
    yield Buffer.concat(lines.flatMap((line) => [line, newline]));
  }
}
const newline = Buffer.from('\n');

async function factsOf({ first, end }: MonthRange, size: number): Promise<Pick<ColdManifest, 'edge' | 'covering'>> {
  const nodes = nodesOfTiles(await readTreeSize(), readTile);
  const proof = await consistencyProof(end, size, nodes);
  return { edge: (await edgeAt(first, nodes)).toString('base64'), covering: { size, proof: proof.map((hash) => hash.toString('base64')) } };
}

/** Right edge of the tree of the first `size` leaves, out of the nodes of a larger one. @source RFC 6962 section 2.1 */
export async function edgeAt(size: number, nodes: NodeReader): Promise<Buffer> {
  const hashes: Buffer[] = [];
  let from = 0;
  for (const level of levelsOf(size)) {
    hashes.push(await nodes(level, from / 2 ** level));
    from += 2 ** level;
  }
  return new Frontier(size, Buffer.concat(hashes)).bytes();
}

/** Whole tiles of every level up to the checkpoint; those that lie there already are not read. */
async function freezeTiles(store: string, size: number, context: Context): Promise<void> {
  for (let level = 0, count = Math.floor(size / tileWidth); count > 0; level += 1, count = Math.floor(count / tileWidth)) {
    for (let first = 0; first < count; first += batch) {
      const range = { first, end: Math.min(count, first + batch) };
      for (const tile of await transaction(context, () => tilesBetween(level, range), { readOnly: true }))
        await writeTile(store, { level, ...tile });
    }
  }
}
