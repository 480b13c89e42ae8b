/**
 * A log that is smaller than what was signed of it was rolled back, one that has another root than was signed was rewritten: it goes on in a
 * new epoch, and the loss stays visible for ever.
 */
import { config } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { log } from '../../../platform/log.ts';
import { microTime, type PendingEntry } from '../entry.ts';
import { canonicalJson } from '../recording/canonical-json.ts';
import { entryId, preciseNow } from '../recording/clock.ts';
import { systemContext } from '../recording/system-context.ts';
import { rootAt } from '../tree/proving.ts';
import { knownKeys } from '../tree/signing-key.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import { readAnchoredAcrossWorkspaces } from './anchor-store.ts';
import { type AnchoredLog, anchoredBeyond, type PlaceState } from './anchored-log.ts';
import { beginEpochAcrossWorkspaces, type LogSize, readSizesAcrossWorkspaces } from './epoch-store.ts';
import { auditHistoryDiffers } from './place-contract.ts';
import { anchorPlaces } from './places.ts';

/** Name of a log among all logs. After a rollback it is another log, so that no size of one origin has two roots. @source C2SP tlog-checkpoint, "origin" */
export function originOf(installation: string, workspace: string, epoch = 0): string {
  return `aispm/${installation}/${workspace}${epoch === 0 ? '' : `/epoch-${epoch}`}`;
}

/**
 * Compares logs with what lies in their second places beyond what is known to lie there; where that is more than is there, or of another
 * root, an epoch begins with an entry that names it.
 * @param among only these workspaces
 * @returns the workspaces whose log is not what was signed
 */
export async function detectRollbacks(among?: ReadonlySet<string>): Promise<readonly string[]> {
  const places = anchorPlaces();
  if (places.length === 0) return [];
  const { installation, sizes, anchored } = await systemTransaction(
    async () => ({
      installation: await homeWorkspaceAcrossWorkspaces(),
      sizes: await readSizesAcrossWorkspaces(),
      anchored: await readAnchored(),
    }),
    { readOnly: true },
  );
  if (installation === null) return [];
  const keys = await systemTransaction(() => knownKeys(installation), { readOnly: true });
  const silent = new Map<string, PlaceState>();
  const found: string[] = [];
  for (const one of sizes.filter(({ workspace }) => among?.has(workspace) ?? true)) {
    const above = knownIn(anchored, one.workspace, one.size);
    const beyond = await anchoredBeyond({ origin: originOf(installation, one.workspace, one.epoch), above, keys, silent }, places);
    const other = await differing(one.workspace, one.size, beyond.found);
    if (other !== null && (await begin(one, other))) found.push(one.workspace);
  }
  return found;
}

/** What is known of each place, and never more than the log has: who cuts it need not have cut what is known. */
export function knownIn(anchored: Anchored, workspace: string, size: number): (place: string) => number {
  return (place) => Math.min(anchored.get(place)?.get(workspace) ?? 0, size);
}

type Anchored = ReadonlyMap<string, ReadonlyMap<string, number>>;
/** Sizes that are known to lie in each place, by place and workspace. In a system transaction. */
export async function readAnchored(): Promise<Anchored> {
  const known = new Map<string, ReadonlyMap<string, number>>();
  for (const { name } of anchorPlaces()) known.set(name, await readAnchoredAcrossWorkspaces(name));
  return known;
}

/**
 * Of what was found the one that this log does not go on from: one of more entries than it has, else one of another root. What was put
 * there and not noted, before a process was killed, has the same root.
 */
export async function differing(workspace: string, size: number, found: readonly AnchoredLog[]): Promise<AnchoredLog | null> {
  const largestFirst = found.toSorted((left, right) => right.size - left.size);
  for (const one of largestFirst) {
    if (one.size > size) return one;
    const root = await transaction(systemContext(workspace, 'audit-logs'), () => rootAt(one.size), { readOnly: true });
    if (root !== null && !root.equals(one.root)) return one;
  }
  return null;
}

/** After a place showed, when it was to keep a checkpoint, that another log of that size was signed. */
export async function beginAfter(workspace: string, other: AnchoredLog): Promise<void> {
  const sizes = await systemTransaction(readSizesAcrossWorkspaces, { readOnly: true });
  const present = sizes.find((one) => one.workspace === workspace);
  // Entries that came meanwhile leave it to the next try.
  if (present !== undefined) await begin(present, other);
}

async function begin({ workspace, size, epoch }: LogSize, { size: lostTo, note, place }: AnchoredLog): Promise<boolean> {
  const { id: entry, payload } = recordOf({ workspace, epoch: epoch + 1, size, lostTo, note, place });
  const begun = await systemTransaction(() =>
    beginEpochAcrossWorkspaces({ workspace, size, lostTo, note, place, entryId: entry, payload }),
  );
  if (!begun) return false;
  log('security').error(
    { code: 'audit-logs.rollbackDetected', workspace, size, lostTo, place },
    lostTo > size
      ? 'The audit log is smaller than what was signed of it: an older state was restored'
      : 'Another log of this size was signed: the audit log was rewritten',
  );
  await transaction(systemContext(workspace, 'audit-logs'), () => publish(auditHistoryDiffers, { place, size, signedSize: lostTo }));
  return true;
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
  const lost = lostTo > size ? { lostFrom: size, lostTo: lostTo - 1 } : { rewrittenTo: lostTo - 1 };
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
      fields: ['checkpoint', 'epoch', 'place', ...Object.keys(lost)].toSorted(),
      after: { epoch, ...lost, checkpoint: note, place },
    },
    request: { trace: id.replaceAll('-', ''), process: config().PROCESS },
  };
  return { id, payload: Buffer.from(canonicalJson(entry), 'utf8') };
}
