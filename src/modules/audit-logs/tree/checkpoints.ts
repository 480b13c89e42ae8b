/** Signs how large each log is and what its root is: every thousand entries, every minute, at each export and at shutdown. */
import { systemTransaction } from '../../../platform/database/database.ts';
import { Loop } from '../../../platform/loop.ts';
import { anchorCheckpoints } from '../anchors/anchors.ts';
import { detectRollbacks, originOf } from '../anchors/rollback.ts';
import { signCheckpoint } from './signed-note.ts';
import { currentKey, forgetSigningKeys } from './signing-key.ts';
import { type Behind, homeWorkspaceAcrossWorkspaces, keepCheckpointAcrossWorkspaces, readBehindAcrossWorkspaces } from './tree-store.ts';

export const checkpointEntries = 1000;
export const checkpointMs = 60_000;
const lookMs = 5000;

export function startCheckpoints(): Loop {
  return new Loop('audit-logs.checkpoints', lookMs, async () => {
    await makeCheckpoints({ onlyDue: true });
    return false;
  });
}

/**
 * Signs and keeps checkpoints of the trees that grew. @param onlyDue leaves those that grew a little and a short while ago.
 * The note is stored before it is published; a size that has one already keeps it unchanged.
 * @returns the sizes that were signed, by workspace.
 */
export async function makeCheckpoints({
  onlyDue,
  workspace,
}: {
  onlyDue: boolean;
  workspace?: string;
}): Promise<ReadonlyMap<string, number>> {
  // Never signed over: what was signed before and is gone would be hidden by it.
  await detectRollbacks();
  const behind = await systemTransaction(readBehindAcrossWorkspaces, { readOnly: true });
  const due = behind.filter((one) => (workspace === undefined || one.workspace === workspace) && (!onlyDue || isDue(one)));
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

function isDue({ size, lastSize, lastAt }: Behind): boolean {
  return size - lastSize >= checkpointEntries || lastAt === null || Date.now() - lastAt.getTime() >= checkpointMs;
}

/** For tests that use several databases in one process. */
export function forgetSigningKey(): void {
  forgetSigningKeys();
}
