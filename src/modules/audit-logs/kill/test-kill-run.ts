/** For tests and the bench: kills a process that writes the log, many times, and says what is not as it must be afterwards. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestObjectStore } from '../anchors/test-object-store.ts';
import { EntryLine, leafOf, zeroLeaf } from '../entry.ts';
import type { TestLog } from '../test-log.ts';
import { readNotes } from '../tree/note-file.ts';

export type KillOutcome = {
  readonly acknowledged: number;
  readonly entries: number;
  readonly checkpoints: number;
  /** Sentences; empty: nothing was lost, doubled, left out or signed twice. */
  readonly wrong: readonly string[];
};

/** @param random in [0, 1): how long each process lives after its first record. */
export async function killMany(log: TestLog, kills: number, random: () => number = Math.random): Promise<KillOutcome> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'audit-kill-'));
  const acknowledged: string[] = [];
  const store = new TestObjectStore();
  await store.open({ after: () => {} });
  const settings = { AUDIT_ANCHOR_FILE: join(dataDirectory, 'anchor.txt'), ...store.settings };
  try {
    for (let kill = 0; kill < kills; kill += 1)
      acknowledged.push(...(await oneLife(log, { dataDirectory, settings, name: `life-${kill}`, liveMs: 20 + random() * 300 })));
    await sequenceAll(log);
    const { rows } = await log.owner.query<{ index: string; line: Buffer }>(
      'select index, line from audit_logs.entry where workspace_id = $1 order by index',
      [log.workspaceId],
    );
    // None may have been signed before the first was killed.
    const anchor = join(dataDirectory, 'anchor.txt');
    const { notes } = readNotes(existsSync(anchor) ? readFileSync(anchor, 'utf8') : '');
    const locked = readNotes([...store.objects.values()].map(({ body }) => `${body}\n`).join('')).notes;
    const { rows: epochs } = await log.owner.query('select 1 from audit_logs.epoch');
    const forged = epochs.length > 0 ? ['a place is said to hold another log'] : [];
    const wrong = [...chainFaults(rows), ...lostOf(rows, acknowledged), ...twoRoots([...notes, ...locked]), ...forged];
    return { acknowledged: acknowledged.length, entries: rows.length, checkpoints: notes.length, wrong };
  } finally {
    await store.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** PostgreSQL notices a killed process a little later: until then its session may hold the chain, and another finds nothing to do. */
async function sequenceAll(log: TestLog): Promise<void> {
  const patienceMs = 30_000;
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50)) {
    await log.sequence();
    const { rows } = await log.owner.query<{ waiting: string }>('select count(*) as waiting from audit_logs.pending');
    if (rows[0]?.waiting === '0') return;
  }
}

/** A third of the processor time of a start. */
const quickStart = new URL('../../../apps/quick-resolve.ts', import.meta.url).href;

type Life = {
  readonly dataDirectory: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly name: string;
  readonly liveMs: number;
};
async function oneLife({ target, workspaceId }: TestLog, { dataDirectory, settings, name, liveMs }: Life): Promise<string[]> {
  const orders = JSON.stringify({ target, workspace: workspaceId, name, dataDirectory, settings });
  const words = [`--import=${quickStart}`, join(import.meta.dirname, 'test-kill-child.ts'), orders];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const begun = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    begun.resolve();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([begun.promise, ended]);
  await sleep(liveMs);
  child.kill('SIGKILL');
  await ended;
  return said.split('\n').slice(0, -1);
}

type Row = { readonly index: string; readonly line: Buffer };
function* chainFaults(rows: readonly Row[]): Generator<string> {
  let prev = zeroLeaf;
  for (const [place, { index, line }] of rows.entries()) {
    const entry = EntryLine.parse(JSON.parse(line.toString('utf8')));
    if (Number(index) !== place || entry.index !== place) yield `place ${place} holds entry ${index}, whose line says ${entry.index}`;
    if (entry.prev !== prev) yield `entry ${place} does not follow the one before`;
    prev = leafOf(line);
  }
}

function* lostOf(rows: readonly Row[], acknowledged: readonly string[]): Generator<string> {
  const ids = rows.map(({ line }) => EntryLine.parse(JSON.parse(line.toString('utf8'))).resource.id);
  const there = new Set(ids);
  if (there.size !== ids.length) yield `${ids.length - there.size} records have two entries`;
  for (const id of acknowledged) if (!there.has(id)) yield `${id} was acknowledged and is not there`;
}

function* twoRoots(notes: ReturnType<typeof readNotes>['notes']): Generator<string> {
  const roots = new Map<string, string>();
  for (const { checkpoint } of notes) {
    const key = `${checkpoint.origin} ${checkpoint.size}`;
    const root = checkpoint.root.toString('hex');
    if ((roots.get(key) ?? root) !== root) yield `${key} was signed with two roots`;
    roots.set(key, root);
  }
}
