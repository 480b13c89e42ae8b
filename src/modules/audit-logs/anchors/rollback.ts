/** A log that is smaller than what was signed of it was rolled back: it goes on in a new epoch, and the loss stays visible for ever. */
import { config } from '../../../platform/config.ts';
import { systemTransaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { microTime, type PendingEntry } from '../entry.ts';
import { canonicalJson } from '../recording/canonical-json.ts';
import { entryId, preciseNow } from '../recording/clock.ts';
import { knownKeys } from '../tree/signing-key.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import { type AnchoredLog, anchoredBeyond } from './anchored-log.ts';
import { beginEpochAcrossWorkspaces, type LogSize, readSizesAcrossWorkspaces } from './epoch-store.ts';
import { anchorPlaces } from './places.ts';

/** Name of a log among all logs. After a rollback it is another log, so that no size of one origin has two roots. @source C2SP tlog-checkpoint, "origin" */
export function originOf(installation: string, workspace: string, epoch = 0): string {
  return `aispm/${installation}/${workspace}${epoch === 0 ? '' : `/epoch-${epoch}`}`;
}

/**
 * Compares every log with its second places; where more was signed than is there, an epoch begins with an entry that names what is lost.
 * @returns the workspaces whose log was rolled back
 */
export async function detectRollbacks(): Promise<readonly string[]> {
  if (anchorPlaces().length === 0) return [];
  const { installation, sizes } = await systemTransaction(
    async () => ({ installation: await homeWorkspaceAcrossWorkspaces(), sizes: await readSizesAcrossWorkspaces() }),
    { readOnly: true },
  );
  if (installation === null) return [];
  const keys = await systemTransaction(() => knownKeys(installation), { readOnly: true });
  const found: string[] = [];
  for (const one of sizes) {
    const { largest } = await anchoredBeyond({ origin: originOf(installation, one.workspace, one.epoch), above: one.size, keys });
    if (largest !== null && (await begin(one, largest))) found.push(one.workspace);
  }
  return found;
}

async function begin({ workspace, size, epoch }: LogSize, { size: lostTo, note, place }: AnchoredLog): Promise<boolean> {
  const { id: entry, payload } = recordOf({ workspace, epoch: epoch + 1, size, lostTo, note, place });
  const begun = await systemTransaction(() =>
    beginEpochAcrossWorkspaces({ workspace, size, lostTo, note, place, entryId: entry, payload }),
  );
  if (begun)
    log('security').error(
      { code: 'audit-logs.rollbackDetected', workspace, size, lostTo, place },
      'The audit log is smaller than what was signed of it: an older state was restored',
    );
  return begun;
}

type Lost = {
  readonly workspace: string;
  readonly epoch: number;
  readonly size: number;
  readonly lostTo: number;
  readonly note: string;
  readonly place: string;
};
function recordOf({ workspace, epoch, size, lostTo, note, place }: Lost): { id: string; payload: Buffer } {
  const now = preciseNow();
  const id = entryId(now);
  const entry: PendingEntry = {
    v: 1,
    id,
    time: microTime(now),
    actor: { kind: 'system', id: 'audit-logs', roles: [] },
    action: 'audit-logs.rollback',
    resource: { type: 'audit-logs', id: workspace },
    outcome: 'failed',
    reason: 'audit-logs.rollbackDetected',
    change: {
      fields: ['checkpoint', 'epoch', 'lostFrom', 'lostTo', 'place'],
      after: { epoch, lostFrom: size, lostTo: lostTo - 1, checkpoint: note, place },
    },
    request: { trace: id.replaceAll('-', ''), process: config().PROCESS },
  };
  return { id, payload: Buffer.from(canonicalJson(entry), 'utf8') };
}
