/** Trying a second place: exactly what is done each minute, at once, and read back where that can be done. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { auditLogProblems, type PlaceTrial } from '../contract.ts';
import { makeCheckpoints } from '../tree/checkpoints.ts';
import { readNote } from '../tree/signed-note.ts';
import { type CheckpointRow, newestCheckpoint } from '../tree/tree-store.ts';
import { noteAnchorAcrossWorkspaces } from './anchor-store.ts';
import { type AnchorPlace, isSameLog } from './place.ts';
import { anchorPlaces } from './places.ts';

/** No transaction waits for the place. @throws audit-logs.noPlace, audit-logs.nothingSigned */
export async function tryOne(name: string, context: Context, places: readonly AnchorPlace[] = anchorPlaces()): Promise<PlaceTrial> {
  const place = places.find((one) => one.name === name);
  if (place === undefined) throw auditLogProblems.noPlace({ name });
  // There is one of each kind; the name may be an address, which entries do not show.
  audit.subject({ type: 'audit-logs', id: place.kind });
  const newest = (await newestOf(context)) ?? (await signedNow(context));
  if (newest === undefined) throw auditLogProblems.nothingSigned();
  const begun = performance.now();
  const found = await putAndRead(place, newest, context).catch((error: unknown) => refusalOf(error, place));
  const trial = { ...found, size: newest.size, locks: place.lockedUntil !== undefined, tookMs: Math.round(performance.now() - begun) };
  audit.change({ after: { size: trial.size, outcome: trial.outcome, readBack: trial.readBack } });
  return trial;
}

const newestOf = (context: Context): Promise<CheckpointRow | undefined> => transaction(context, newestCheckpoint, { readOnly: true });
async function signedNow(context: Context): Promise<CheckpointRow | undefined> {
  await makeCheckpoints({ onlyDue: false, workspace: context.actor.workspaceId });
  return newestOf(context);
}

type Found = Pick<PlaceTrial, 'outcome' | 'problem' | 'readBack' | 'lockedUntil'>;
async function putAndRead(place: AnchorPlace, { note, size }: CheckpointRow, { actor }: Context): Promise<Found> {
  const other = await place.put([note]);
  if (other !== null) return refused('Where this checkpoint belongs lies another one.');
  await systemTransaction(() => noteAnchorAcrossWorkspaces(actor.workspaceId, size, place.name));
  const readBack = await readBackOf(place, { note, size });
  const lockedUntil = (await place.lockedUntil?.(note))?.toISOString() ?? null;
  return { outcome: 'kept', problem: null, readBack, lockedUntil };
}

async function readBackOf(place: AnchorPlace, { note, size }: { note: string; size: number }): Promise<Found['readBack']> {
  const origin = readNote(note)?.checkpoint.origin ?? '';
  const notes = await place.read(origin, size - 1);
  if (notes === null) return 'unread';
  for await (const found of notes) if (isSameLog(found.note, note)) return 'same';
  return 'missing';
}

const refused = (problem: string): Found => ({ outcome: 'failed', problem, readBack: null, lockedUntil: null });
function refusalOf(error: unknown, place: AnchorPlace): Found {
  log('error').warn(
    { error, code: 'audit-logs.trialFailed', place: place.name },
    'A second place that was tried did not keep a checkpoint',
  );
  return refused(isProblem(error) ? error.message : 'It did not keep the checkpoint.');
}
