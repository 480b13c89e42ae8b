/**
 * Gives pending records their place: one chain per workspace, indexes without gaps, each line carrying the hash of the one before.
 * Every process may run it; the locked head of a workspace lets one at a time append, and a crash leaves all or nothing.
 */
import { systemTransaction } from '../../platform/database/database.ts';
import { log } from '../../platform/log.ts';
import { Loop } from '../../platform/loop.ts';
import { type EntryLine, leafOf, lineOf, microTime, PendingEntry, zeroLeaf } from './entry.ts';
import { catchUp, growTree } from './grow-tree.ts';
import { appendLines, type Head, openHead, type PendingRow, readPending, type SequencedLine, workspacesWithPending } from './store.ts';

const batch = 500;
/** Rest between looks for records of other processes; records of this one wake it. */
const idleMs = 200;
let loop: Loop | undefined;

/** Runs until stopped. */
export function startSequencer(): Loop {
  loop = new Loop('audit-logs.sequencer', idleMs, async () => (await sequenceAll()) > 0);
  return loop;
}

/** Called after a commit that recorded something. */
export function wakeSequencer(): void {
  loop?.wake();
}

/** One round over all workspaces. Answers how many entries were appended. A workspace whose chain is damaged does not hold up the others. */
export async function sequenceAll(): Promise<number> {
  const workspaces = await systemTransaction(workspacesWithPending, { readOnly: true });
  let appended = 0;
  for (const workspace of workspaces) {
    try {
      appended += await sequenceWorkspace(workspace);
    } catch (error) {
      reportRefusal(workspace, error);
    }
  }
  return appended;
}

const reportEveryMs = 60_000;
const reported = new Map<string, number>();

/** The loop looks five times a second: once a minute is enough for the log. */
function reportRefusal(workspace: string, error: unknown): void {
  const now = performance.now();
  if (now - (reported.get(workspace) ?? Number.NEGATIVE_INFINITY) < reportEveryMs) return;
  reported.set(workspace, now);
  log('error').error({ error, code: 'audit-logs.appendRefused', workspace }, 'The audit log of a workspace could not be continued');
}

/**
 * Appends up to 500 pending records of one workspace and takes them into its tree, in one transaction.
 * @returns how many were appended, or taken into a tree that was behind; 0 when there are none or another process is at it.
 */
export async function sequenceWorkspace(workspace: string): Promise<number> {
  const { lines, caughtUp } = await systemTransaction(() => appendPending(workspace));
  // The daily file is a copy; the table is the source.
  for (const { entry, line } of lines) log('audit').info({ workspace, index: entry.index, line: line.toString('utf8') });
  return lines.length + caughtUp;
}

async function appendPending(workspace: string): Promise<{ lines: readonly SequencedLine[]; caughtUp: number }> {
  const head = await openHead(workspace);
  if (head === null) return { lines: [], caughtUp: 0 };
  if (head.treeSize < head.size) return { lines: [], caughtUp: await catchUp(workspace, head) };
  const rows = await readPending(workspace, batch);
  if (rows.length === 0) return { lines: [], caughtUp: 0 };
  const lines = chain(workspace, head, rows, microTime(Date.now()));
  await appendLines(workspace, head.size, lines);
  await growTree(
    workspace,
    head,
    lines.map(({ leaf }) => Buffer.from(leaf, 'hex')),
  );
  return { lines, caughtUp: 0 };
}

/**
 * Lines for pending records at the end of a chain. Pure.
 *
 * @param head size, newest leaf (hex) and newest time of the chain so far.
 * @param now the system's clock, as lines write time. When it stands before the newest entry, lines say `clock: regressed`.
 * @returns one line per row, in order; times never fall.
 */
export function chain(workspace: string, head: Head, rows: readonly PendingRow[], now: string): SequencedLine[] {
  const regressed = head.time !== null && now < head.time;
  let prev = head.size === 0 ? zeroLeaf : head.leaf;
  let time = head.time ?? '';
  return rows.map(({ place, payload }, step) => {
    const pending = PendingEntry.parse(JSON.parse(payload.toString('utf8')));
    if (time < pending.time) time = pending.time;
    const entry: EntryLine = { ...pending, workspace, index: head.size + step, time, ...(regressed ? { clock: 'regressed' } : {}), prev };
    const line = lineOf(entry);
    prev = leafOf(line);
    return { place, entry, line, leaf: prev };
  });
}
