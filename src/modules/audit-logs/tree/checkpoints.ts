/** Signs how large each log is and what its root is: every thousand entries, every minute, at each export and at shutdown. */
import { setTimeout as sleep } from 'node:timers/promises';
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { Loop } from '../../../platform/loop.ts';
import { anchorCheckpoints } from '../anchors/anchors.ts';
import { detectRollbacks, originOf } from '../anchors/rollback.ts';
import { systemContext } from '../recording/system-context.ts';
import { signCheckpoint } from './signed-note.ts';
import { currentKey, forgetSigningKeys } from './signing-key.ts';
import {
  type Behind,
  homeWorkspaceAcrossWorkspaces,
  keepCheckpointAcrossWorkspaces,
  newestCheckpoint,
  readBehindAcrossWorkspaces,
} from './tree-store.ts';

export const checkpointEntries = 1000;
export const checkpointMs = 60_000;
const lookMs = 5000;

export function startCheckpoints(): Loop {
  return new Loop('audit-logs.checkpoints', lookMs, async () => {
    await signDue();
    return false;
  });
}

/**
 * What was signed last, and when, becomes an entry before a log is signed anew, so that each checkpoint covers the time of the one before
 * it. Without other entries nothing is due: a log does not grow by being signed.
 * @param settle waits until the entries have their place, or gives up; those that came too late are in the next checkpoint.
 */
export async function signDue({ now = Date.now(), settle = growth }: { now?: number; settle?: typeof growth } = {}): Promise<void> {
  const due = (await systemTransaction(readBehindAcrossWorkspaces, { readOnly: true })).filter((one) => isDue(one, now));
  const before = due.filter(({ lastAt }) => lastAt !== null);
  for (const { workspace } of before) await recordLast(workspace);
  if (before.length > 0) await settle(before);
  await makeCheckpoints({ onlyDue: true, now });
}

async function recordLast(workspace: string): Promise<void> {
  await transaction(systemContext(workspace, 'audit-log'), async () => {
    const last = await newestCheckpoint();
    if (last === undefined) return;
    await audit.record({
      action: 'audit-logs.sign',
      resource: { type: 'audit-logs', id: String(last.size) },
      outcome: 'done',
      change: { after: { size: last.size, root: last.root.toString('hex'), signedAt: last.madeAt.toISOString() } },
    });
  });
}

const patienceMs = 2000;
const restMs = 50;
/** Until each of these logs has grown, which takes some milliseconds, or for two seconds. */
async function growth(before: readonly Behind[]): Promise<void> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(restMs)) {
    const present = await systemTransaction(readBehindAcrossWorkspaces, { readOnly: true });
    const sizes = new Map(present.map(({ workspace, size }) => [workspace, size]));
    if (before.every(({ workspace, size }) => (sizes.get(workspace) ?? size) > size)) return;
  }
}

/**
 * Signs and keeps checkpoints of the trees that grew. @param onlyDue leaves those that grew a little and a short while ago.
 * The note is stored before it is published; a size that has one already keeps it unchanged.
 * @returns the sizes that were signed, by workspace.
 */
export async function makeCheckpoints({
  onlyDue,
  workspace,
  now = Date.now(),
}: {
  onlyDue: boolean;
  workspace?: string;
  now?: number;
}): Promise<ReadonlyMap<string, number>> {
  const isAsked = (one: Behind): boolean => (workspace === undefined || one.workspace === workspace) && (!onlyDue || isDue(one, now));
  const readDue = async (): Promise<Behind[]> => (await systemTransaction(readBehindAcrossWorkspaces, { readOnly: true })).filter(isAsked);
  const before = await readDue();
  // Never signed over: what was signed before and is gone would be hidden by it.
  if (before.length > 0) await detectRollbacks(new Set(before.map((one) => one.workspace)));
  const due = before.length > 0 ? await readDue() : [];
  const made = new Map<string, number>();
  if (due.length > 0) {
    const installation = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
    if (installation === null) return made;
    const key = await currentKey(installation);
    for (const one of due) {
      const note = signCheckpoint({ origin: originOf(installation, one.workspace, one.epoch), size: one.size, root: one.root }, key);
      try {
        await systemTransaction(() => keepCheckpointAcrossWorkspaces(one, { note, keyId: key.id }));
      } catch (error) {
        // Another process may have replaced the key: it is read anew next time.
        forgetSigningKeys();
        throw error;
      }
      made.set(one.workspace, one.size);
    }
  }
  await anchorCheckpoints();
  return made;
}

function isDue({ size, lastSize, lastAt }: Behind, now: number): boolean {
  return size - lastSize >= checkpointEntries || lastAt === null || now - lastAt.getTime() >= checkpointMs;
}

/** For tests that use several databases in one process. */
export function forgetSigningKey(): void {
  forgetSigningKeys();
}
