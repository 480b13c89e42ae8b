/** An export: every line as it is stored, the signed notes, the public keys, in one archive that needs no platform to be checked. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import { audit } from '../../platform/audit.ts';
import { config } from '../../platform/config.ts';
import { transaction } from '../../platform/database/database.ts';
import { defineJob, type JobRun } from '../../platform/jobs/jobs.ts';
import { makeCheckpoints } from './checkpoints.ts';
import { auditLogProblems } from './contract.ts';
import { signingKeys } from './proving.ts';
import { bytesOfLines, readLines } from './store.ts';
import { tarEnd, tarHeader, tarPadding } from './tree/tar.ts';
import { newestCheckpoint, notesUpTo } from './tree-store.ts';

const batch = 2000;
/** An export nobody fetched within a week is removed when the next one is made. */
const keptMs = 7 * 86_400_000;
const largestEntries = 8 ** 11 - 1;

const exportsFolder = (): string => join(config().DATA_DIR, 'exports');
/** @param id of the job, made by us: no text of a caller is part of a path. */
export const fileOfExport = (id: string): string => join(exportsFolder(), `audit-${z.uuid().parse(id)}.tar`);

export const exportJob = defineJob({
  kind: 'audit-logs.export',
  title: 'Export the audit log',
  input: z.object({}),
  retryLimit: 1,
  timeoutMs: 3_600_000,
  run: async (_input, job) => {
    const { workspaceId } = job.context.actor;
    await makeCheckpoints({ onlyDue: false, workspace: workspaceId });
    const context: Context = { ...job.context, signal: job.signal };
    const plan = await transaction(context, planOf, { readOnly: true });
    if (plan === null) throw auditLogProblems.nothingToExport();
    const path = fileOfExport(job.id);
    await mkdir(exportsFolder(), { recursive: true, mode: 0o700 });
    await dropOld();
    const draft = `${path}.part`;
    try {
      await pipeline(Readable.from(archive(plan, context, job)), createWriteStream(draft, { mode: 0o600 }), { signal: job.signal });
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    await transaction(job.context, () =>
      audit.record({
        action: 'audit-logs.export',
        resource: { type: 'audit-logs', id: job.id },
        outcome: 'done',
        change: { after: { size: plan.size, root: plan.root } },
      }),
    );
    const { size: bytes } = await stat(path);
    return { size: plan.size, root: plan.root, bytes };
  },
});

type Plan = { readonly size: number; readonly root: string; readonly lineBytes: number; readonly notes: string; readonly keys: string };

/** Everything up to the newest checkpoint: what is exported is proven whole. */
async function planOf(): Promise<Plan | null> {
  const newest = await newestCheckpoint();
  if (newest === undefined || newest.size === 0) return null;
  const lineBytes = (await bytesOfLines(newest.size)) + newest.size;
  if (lineBytes > largestEntries) throw auditLogProblems.exportTooLarge({ bytes: lineBytes });
  const notes = (await notesUpTo(newest.size)).map((note) => `${note}\n`).join('');
  return {
    size: newest.size,
    root: newest.root.toString('hex'),
    lineBytes,
    notes,
    keys: `${JSON.stringify(await signingKeys(), null, 2)}\n`,
  };
}

async function* archive({ size, root, lineBytes, notes, keys }: Plan, context: Context, job: JobRun): AsyncGenerator<Buffer> {
  const seconds = Math.floor(Date.now() / 1000);
  const manifest = {
    v: 1,
    workspace: context.actor.workspaceId,
    entries: size,
    root,
    madeAt: new Date().toISOString(),
    files: ['entries.jsonl', 'checkpoints.txt', 'keys.json'],
  };
  for (const [name, text] of [
    ['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ['checkpoints.txt', notes],
    ['keys.json', keys],
  ] as const) {
    const bytes = Buffer.from(text, 'utf8');
    yield Buffer.concat([tarHeader(name, bytes.length, seconds), bytes, tarPadding(bytes.length)]);
  }
  yield tarHeader('entries.jsonl', lineBytes, seconds);
  for (let first = 0; first < size; first += batch) {
    // Each batch is a short transaction of its own: an export never holds back vacuum.
    const lines = await transaction(context, () => readLines(first, Math.min(size, first + batch)), { readOnly: true });
    if (lines.length !== Math.min(batch, size - first)) throw auditLogProblems.exportGap({ index: first + lines.length });
    yield Buffer.concat(lines.flatMap((line) => [line, newline]));
    job.progress({ done: Math.min(size, first + batch), total: size, unit: 'entries' });
  }
  yield tarPadding(lineBytes);
  yield tarEnd;
}
const newline = Buffer.from('\n');

async function dropOld(): Promise<void> {
  for (const name of await readdir(exportsFolder())) {
    const path = join(exportsFolder(), name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > keptMs) await rm(path, { force: true });
  }
}
