/** What the audit log costs: verifying an export on one core, durable appends, a recorded request, a proof. */
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { rowsOf, systemTransaction, transaction } from '../../platform/database/database.ts';
import { lineOf } from './entry.ts';
import { killMany } from './kill/test-kill-run.ts';
import { listEntries } from './reading/reading-store.ts';
import { projectAll } from './recording/projector.ts';
import { sequenceWorkspace } from './recording/sequencer.ts';
import { ensureMonthAcrossWorkspaces } from './retention/retention-store.ts';
import { type DurableLog, durableLog } from './test-durable-log.ts';
import { recordChange, testLog } from './test-log.ts';
import { Frontier } from './tree/frontier.ts';
import { leafHash } from './tree/hashing.ts';
import { proveInclusion } from './tree/proving.ts';
import { signCheckpoint } from './tree/signed-note.ts';
import { testEntry, testKey, testOrigin } from './tree/test-export.ts';

/** Lines of the verification bench; AUDIT_BENCH_LINES=10000000 measures the bar itself (5 GB on disk) instead of a tenth of it. */
const lines = Number(process.env['AUDIT_BENCH_LINES'] ?? 1_000_000);
const checkpointEvery = 1000;

/** An export as the platform writes it: ids, times, a change with values, the hash of the line before. */
function writeExport(folder: string, size: number): void {
  const key = testKey();
  const file = openSync(join(folder, 'entries.jsonl'), 'w');
  const frontier = new Frontier();
  const notes: string[] = [];
  let prev: Buffer = Buffer.alloc(32);
  let batch: Buffer[] = [];
  for (let index = 0; index < size; index += 1) {
    const line = lineOf({
      ...testEntry(index),
      prev: prev.toString('hex'),
      change: { fields: ['risk'], before: { risk: 'low' }, after: { risk: 'high' } },
    });
    prev = leafHash(line);
    frontier.append(prev);
    batch.push(line, Buffer.from('\n'));
    if (frontier.size % checkpointEvery !== 0 && frontier.size !== size) continue;
    notes.push(signCheckpoint({ origin: testOrigin, size: frontier.size, root: frontier.root() }, key));
    writeSync(file, Buffer.concat(batch));
    batch = [];
  }
  closeSync(file);
  writeFileSync(join(folder, 'checkpoints.txt'), notes.map((note) => `${note}\n`).join(''));
  writeFileSync(join(folder, 'key.pem'), key.keyObject.export({ format: 'pem', type: 'spki' }));
}

/** Ends a process with what it spent. */
const costTeller =
  "data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('cost='+(u.userCPUTime+u.systemCPUTime)/1e6+' '+u.maxRSS/1024)})";
type Cost = { readonly seconds: number; readonly megabytes: number };

async function verifyCost(size: number): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-bench-'));
  try {
    writeExport(folder, size);
    const command = join(import.meta.dirname, '../../../scripts/ai-spm.mjs');
    const options = [
      '--file',
      join(folder, 'entries.jsonl'),
      '--checkpoints',
      join(folder, 'checkpoints.txt'),
      '--key',
      join(folder, 'key.pem'),
    ];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      costTeller,
      command,
      'audit',
      'verify',
      '--json',
      ...options,
    ]);
    const { provenTo } = z.object({ provenTo: z.number() }).parse(JSON.parse(stdout));
    if (provenTo !== size) throw new RangeError(`${provenTo} of ${size} entries were proven`);
    const [, seconds, megabytes] = /cost=([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
    return { seconds: Number(seconds), megabytes: Number(megabytes) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let verified: Promise<Cost> | undefined;
const wholeVerification = (): Promise<Cost> => {
  verified ??= verifyCost(lines);
  return verified;
};

const batchOfAppends = 20_000;
const perSecond = (count: number, since: number): number => (count * 1000) / (performance.now() - since);

/** Durable, sequenced entries a second: records wait already, as after a burst; every commit is on the disk before it counts. */
async function appendRate(log: DurableLog): Promise<number> {
  await log.fillPending(batchOfAppends / 4);
  await drain(log);
  await log.fillPending(batchOfAppends);
  const since = performance.now();
  const count = await drain(log);
  return perSecond(count, since);
}

async function drain({ inside, workspace }: DurableLog): Promise<number> {
  let total = 0;
  for (let appended = 1; appended > 0; total += appended) appended = await inside(() => sequenceWorkspace(workspace));
  return total;
}

/** What a record adds to a transaction that writes one row: of pairs with and without it, one after the other, the differences. */
async function requestCost(log: DurableLog, share: number): Promise<number> {
  await log.owner.query('create table if not exists public.bench_row (id bigint generated always as identity, text text)');
  await log.owner.query('grant insert on public.bench_row to aispm_app');
  const write = (isRecorded: boolean) =>
    log.inside(() =>
      transaction(log.context(), async () => {
        await rowsOf('insert into public.bench_row (text) values ($1)', ['row']);
        if (isRecorded) await recordChange(1);
      }),
    );
  const timed = async (isRecorded: boolean): Promise<number> => {
    const since = performance.now();
    await write(isRecorded);
    return performance.now() - since;
  };
  for (let count = 0; count < 100; count += 1) await write(count % 2 === 0);
  const [without, recorded]: [number[], number[]] = [[], []];
  for (let count = 0; count < 400; count += 1) {
    without.push(await timed(false));
    recorded.push(await timed(true));
  }
  return quantile(recorded, share) - quantile(without, share);
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

/** Inclusion proof in a tree of 10,000,000 entries and fourteen years of months: tiles of invented leaves, as many as a proof can touch. */
async function proofAt(log: DurableLog): Promise<{ readonly milliseconds: number; readonly bytes: number }> {
  const size = 10_000_000 - (10_000_000 % 256);
  await makeMonths(log);
  const hashes = Buffer.alloc(8192, 7);
  for (const level of [0, 1, 2])
    await log.owner.query(
      'insert into audit_logs.tile (workspace_id, level, index, hashes, root) select $1, $2, g, $3, sha256($3) from generate_series(0, $4 - 1) g',
      [log.workspace, level, hashes, Math.floor(size / 256 ** (level + 1))],
    );
  await log.owner.query('insert into audit_logs.head (workspace_id, size, tree_size, time, open_time) values ($1, $2, $2, now(), now())', [
    log.workspace,
    size,
  ]);
  const read = () =>
    log.inside(() => transaction(log.context(), () => proveInclusion({ index: 4_321_987, size: undefined }), { readOnly: true }));
  const times: number[] = [];
  let bytes = 0;
  for (let count = 0; count < 60; count += 1) {
    const since = performance.now();
    bytes = (await read()).proof.length * 32;
    times.push(performance.now() - since);
  }
  return { milliseconds: quantile(times, 0.5), bytes };
}

const manyMonths = 168;
async function makeMonths({ inside }: DurableLog): Promise<void> {
  await inside(() =>
    systemTransaction(async () => {
      for (let month = 0; month < manyMonths; month += 1) await ensureMonthAcrossWorkspaces(new Date(Date.UTC(2010, month, 5)));
    }),
  );
}

/** A first page among 20,000 entries and fourteen years of months, the dearest of some questions. @param share of the looks */
async function listCost(log: DurableLog, share: number): Promise<number> {
  await makeMonths(log);
  await log.fillPending(20_000);
  await drain(log);
  while ((await log.inside(projectAll)) > 0);
  await log.owner.query('analyze audit_logs.projection');
  const actor = { actorId: '0190a0b0-0000-7000-8000-00000000000a' };
  const questions = [
    {},
    actor,
    { ...actor, outcomes: ['denied'] },
    { words: "'asset':* & '12':*" },
    { resourceType: 'ai-assets', resourceId: 'asset-77' },
  ];
  const medians: number[] = [];
  for (const question of questions) {
    const times: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const since = performance.now();
      await log.inside(() => transaction(log.context(), () => listEntries(question, { limit: 50 }, (line) => line), { readOnly: true }));
      times.push(performance.now() - since);
    }
    medians.push(quantile(times, share));
  }
  return Math.max(...medians);
}

/** Entries a second that are taken into what lists look in, in steps as the sequencer takes them. */
async function projectionRate(log: DurableLog): Promise<number> {
  await log.fillPending(batchOfAppends);
  await drain(log);
  const since = performance.now();
  let count = 0;
  for (let taken = 1; taken > 0; count += taken) taken = await log.inside(projectAll);
  return perSecond(count, since);
}

/** AUDIT_BENCH_KILLS=1000 is the bar itself; each takes about a second. */
const kills = Number(process.env['AUDIT_BENCH_KILLS'] ?? 20);
async function faultsAfterKills(): Promise<number> {
  const releases: (() => Promise<void>)[] = [];
  const log = await testLog({ after: (release) => releases.push(release) });
  try {
    const { wrong, acknowledged, checkpoints } = await killMany(log, kills);
    if (acknowledged < kills || checkpoints === 0)
      throw new RangeError(`${acknowledged} records and ${checkpoints} checkpoints show nothing`);
    for (const sentence of wrong) process.stderr.write(`${sentence}\n`);
    return wrong.length;
  } finally {
    for (const release of releases.toReversed()) await release();
  }
}

/** One database for each figure: what one leaves behind is not in the next. */
async function onDurableLog(measure: (log: DurableLog) => Promise<number>): Promise<number> {
  const log = await durableLog();
  try {
    return await measure(log);
  } finally {
    await log.close();
  }
}

export const benches = [
  {
    name: `verify an export of ${lines.toLocaleString('en-US')} entries, scaled to 10,000,000`,
    bar: 60,
    unit: 's CPU',
    run: async () => ((await wholeVerification()).seconds * 10_000_000) / lines,
  },
  {
    name: `verify an export of ${lines.toLocaleString('en-US')} entries: memory`,
    bar: 200,
    unit: 'MB',
    run: async () => (await wholeVerification()).megabytes,
  },
  {
    name: 'verify: memory of ten times as many entries, over that of a tenth',
    bar: 1.3,
    unit: '×',
    run: async () => (await wholeVerification()).megabytes / (await verifyCost(Math.round(lines / 10))).megabytes,
  },
  { name: 'durable, sequenced appends, embedded PostgreSQL', bar: 20_000, unit: '/s', atLeast: true, run: () => onDurableLog(appendRate) },
  {
    name: 'entries taken into what lists look in, after they were appended',
    bar: 5_000,
    unit: '/s',
    atLeast: true,
    run: () => onDurableLog(projectionRate),
  },
  {
    name: 'first page of the audit log, 170 months, dearest filter, median',
    bar: 100,
    unit: 'ms',
    run: () => onDurableLog((log) => listCost(log, 0.5)),
  },
  { name: 'added to a request by its record, median', bar: 1, unit: 'ms', run: () => onDurableLog((log) => requestCost(log, 0.5)) },
  { name: 'added to a request by its record, 99 of 100', bar: 5, unit: 'ms', run: () => onDurableLog((log) => requestCost(log, 0.99)) },
  {
    name: 'inclusion proof in 10,000,000 entries',
    bar: 5,
    unit: 'ms',
    run: () => onDurableLog(async (log) => (await proofAt(log)).milliseconds),
  },
  {
    name: 'inclusion proof in 10,000,000 entries: hashes',
    bar: 1024,
    unit: 'bytes',
    run: () => onDurableLog(async (log) => (await proofAt(log)).bytes),
  },
  { name: `what ${kills} kills of a process that writes leave wrong`, bar: 0, unit: 'faults', run: faultsAfterKills },
];
