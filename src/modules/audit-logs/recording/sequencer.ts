/**
 * Gives pending records their place: one chain per workspace, indexes without gaps, each line carrying the hash of the one before.
 * Every process may run it; the locked head of a workspace lets one at a time append, and a crash leaves all or nothing.
 */
import { leftProcess, systemTransaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { Loop } from '../../../platform/loop.ts';
import { microTime, zeroLeaf } from '../entry.ts';
import { appending, type Head, openHead, type PendingRow, readPending, type SequencedLine, workspacesWithPending } from '../store.ts';
import { catchUp, type GrowingTree, openTree } from '../tree/grow-tree.ts';
import { placeLine } from './place-line.ts';

/** Records of one statement; records and bytes of one transaction, all of which lie in memory here. */
const batch = 500;
const most = { records: 6000, bytes: 16 * 1024 * 1024 };
/** Rest between looks for records of other processes; records of this one wake it. Where only this one appends, others must not wait. */
const idleMs = { own: 1000, others: 200 };
export type SequencedFor = keyof typeof idleMs;
let loop: Loop | undefined;
/** Runs until stopped. @param appendedSo is told after each round how many were appended, and waited for. @param of whose records come in mostly. */
export function startSequencer(appendedSo: (appended: number) => Promise<void>, of: SequencedFor): Loop {
  loop = new Loop('audit-logs.sequencer', idleMs[of], async () => {
    const appended = await sequenceAll();
    await appendedSo(appended);
    return appended > 0;
  });
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

/** The loop looks again and again: once a minute is enough for the log. */
function reportRefusal(workspace: string, error: unknown): void {
  const now = performance.now();
  if (now - (reported.get(workspace) ?? Number.NEGATIVE_INFINITY) < reportEveryMs) return;
  reported.set(workspace, now);
  log('error').error({ error, code: 'audit-logs.appendRefused', workspace }, 'The audit log of a workspace could not be continued');
}

/**
 * Appends up to 6,000 pending records of one workspace, or 16 MiB of them, and takes them into its tree, in one transaction.
 * @returns how many were appended, or taken into a tree that was behind; 0 when there are none or another process is at it.
 */
export async function sequenceWorkspace(workspace: string): Promise<number> {
  const { lines, caughtUp } = await systemTransaction(() => appendPending(workspace));
  // The daily file is a copy; the table is the source.
  for (const { index, line } of lines) log('audit').info({ workspace, index, line: line.toString('utf8') });
  return lines.length + caughtUp;
}

async function appendPending(workspace: string): Promise<{ lines: readonly KeptLine[]; caughtUp: number }> {
  const head = await openHead(workspace);
  if (head === null) return { lines: [], caughtUp: 0 };
  if (head.treeSize < head.size) return { lines: [], caughtUp: await catchUp(workspace, head) };
  const rows = await readPending(workspace, most);
  if (rows.length === 0) return { lines: [], caughtUp: 0 };
  const tree = await openTree(workspace, head);
  const lines = await appendAll(workspace, { head, rows, tree });
  await tree.store();
  return { lines, caughtUp: 0 };
}

/** What is left to do with a line once the database has it; more of it would only have to be cleared away later. */
type KeptLine = { readonly index: number; readonly line: Buffer };
type Work = { readonly head: Head; readonly rows: readonly PendingRow[]; readonly tree: GrowingTree };

/** While the database takes one part, that part goes into the tree and the lines of the next one are made: each has a core of its own. */
async function appendAll(workspace: string, { head, rows, tree }: Work): Promise<KeptLine[]> {
  const now = microTime(Date.now());
  const all: KeptLine[] = [];
  let end = head;
  let sent: Promise<unknown> | null = null;
  for (let from = 0; from < rows.length; from += batch) {
    const lines = chain(workspace, end, rows.slice(from, from + batch), now);
    const first = end.size;
    const last = lines.at(-1);
    end = { size: first + lines.length, leaf: last?.leaf ?? end.leaf, time: last?.entry.time ?? end.time };
    const send = appending(workspace, first, lines);
    await sent;
    sent = send();
    // A refusal is met at the next await; until then it must not count as nobody's.
    sent.catch(() => {});
    // More than a socket holds goes out in parts, and only while nothing else is done here: the database would wait for the rest.
    await leftProcess();
    tree.append(lines.map(({ leaf }) => Buffer.from(leaf, 'hex').toString('latin1')));
    for (const { entry, line } of lines) all.push({ index: entry.index, line });
  }
  await sent;
  return all;
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
    const placed = placeLine(payload, { workspace, index: head.size + step, prev, time, regressed });
    prev = placed.leaf;
    time = placed.entry.time;
    return { place, ...placed };
  });
}
