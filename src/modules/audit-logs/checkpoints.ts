/** Signs how large each log is and what its root is: every thousand entries, every minute, at each export and at shutdown. */
import { systemTransaction } from '../../platform/database/database.ts';
import { log } from '../../platform/log.ts';
import { Loop } from '../../platform/loop.ts';
import { anchorCheckpoints } from './anchors.ts';
import { type KnownSigningKey, signingKey } from './signing-key.ts';
import { signCheckpoint } from './tree/signed-note.ts';
import {
  type Behind,
  homeWorkspaceAcrossWorkspaces,
  keepCheckpointAcrossWorkspaces,
  readBehindAcrossWorkspaces,
  registerKeyAcrossWorkspaces,
} from './tree-store.ts';

export const checkpointEntries = 1000;
export const checkpointMs = 60_000;
const lookMs = 5000;

/** Name of a log among all logs. @source C2SP tlog-checkpoint, "origin" */
export const originOf = (installation: string, workspace: string): string => `aispm/${installation}/${workspace}`;

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
  const behind = await systemTransaction(readBehindAcrossWorkspaces, { readOnly: true });
  const due = behind.filter((one) => (workspace === undefined || one.workspace === workspace) && (!onlyDue || isDue(one)));
  const made = new Map<string, number>();
  if (due.length > 0) {
    const installation = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
    if (installation === null) return made;
    const key = await registeredKey(installation);
    for (const one of due) {
      const note = signCheckpoint({ origin: originOf(installation, one.workspace), size: one.size, root: one.root }, key);
      await systemTransaction(() => keepCheckpointAcrossWorkspaces(one, { note, keyId: key.id }));
      made.set(one.workspace, one.size);
    }
  }
  await anchorCheckpoints();
  return made;
}

function isDue({ size, lastSize, lastAt }: Behind): boolean {
  return size - lastSize >= checkpointEntries || lastAt === null || Date.now() - lastAt.getTime() >= checkpointMs;
}

let registered: string | undefined;
async function registeredKey(installation: string): Promise<KnownSigningKey> {
  const key = signingKey(installation);
  if (registered === key.id) return key;
  const isNew = await systemTransaction(() => registerKeyAcrossWorkspaces({ keyId: key.id, name: key.name, publicKey: key.publicKey }));
  if (isNew)
    log('security').warn(
      { code: 'audit-logs.signingKey', keyId: key.id },
      'Checkpoints of the audit log are signed by a key that is new here',
    );
  registered = key.id;
  return key;
}

/** For tests that use several databases in one process. */
export function forgetSigningKey(): void {
  registered = undefined;
}
