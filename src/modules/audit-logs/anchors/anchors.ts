/** Puts checkpoints into the second places, and asks one that refuses again, each time later. */
import { isProblem } from '../../../contract/problem.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { log } from '../../../platform/log.ts';
import { systemContext } from '../recording/system-context.ts';
import { readNote } from '../tree/signed-note.ts';
import { knownKeys } from '../tree/signing-key.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import {
  type Due,
  endTurnAcrossWorkspaces,
  noteAnchorAcrossWorkspaces,
  noteFailureAcrossWorkspaces,
  readDueAcrossWorkspaces,
  takeTurnAcrossWorkspaces,
} from './anchor-store.ts';
import { signedBy } from './anchored-log.ts';
import { readSizesAcrossWorkspaces } from './epoch-store.ts';
import type { AnchorPlace } from './place.ts';
import { anchorPlaceFailing } from './place-contract.ts';
import { anchorPlaces } from './places.ts';
import { beginAfter, originOf } from './rollback.ts';

/** Between two tries: 5 s after the first, twice as long after each further one. */
const waiting = { firstMs: 5000, longestMs: 15 * 60_000 } as const;
/** An alert says it from the third failure in a row on, and once a day while it lasts. */
const alarmedFrom = 3;
const alarmedEvery = 96;
/** Longer than telling a place may take. */
const turnMs = 90_000;
const mostTogether = 500;

/** Puts the newest checkpoint of each workspace where it is missing, into all places at the same time. @returns how many were put. */
export async function anchorCheckpoints(places: readonly AnchorPlace[] = anchorPlaces()): Promise<number> {
  const counts = await Promise.all(places.map(anchorIn));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function anchorIn(place: AnchorPlace): Promise<number> {
  const due = (await presentDue(place)).filter(({ waitMs }) => waitMs <= 0);
  const [first] = due;
  if (first === undefined) return 0;
  if (place.everyMs === null) return putEach(place, due);
  if (first.lastMs !== null && first.lastMs < place.everyMs) return 0;
  if (!(await systemTransaction(() => takeTurnAcrossWorkspaces(place.name, turnMs)))) return 0;
  try {
    return (await putSome(place, due.slice(0, mostTogether))) ? due.length : 0;
  } finally {
    await systemTransaction(() => endTurnAcrossWorkspaces(place.name));
  }
}

/** What was signed before a log went on in a new epoch lies where it lies: it is not put anywhere any more. */
async function presentDue({ name }: AnchorPlace): Promise<Due[]> {
  return systemTransaction(
    async () => {
      const due = await readDueAcrossWorkspaces(name);
      const installation = due.length === 0 ? null : await homeWorkspaceAcrossWorkspaces();
      if (installation === null) return [];
      const epochs = new Map((await readSizesAcrossWorkspaces()).map(({ workspace, epoch }) => [workspace, epoch]));
      return due.filter(
        ({ workspace, note }) => readNote(note)?.checkpoint.origin === originOf(installation, workspace, epochs.get(workspace)),
      );
    },
    { readOnly: true },
  );
}

async function putEach(place: AnchorPlace, due: readonly Due[]): Promise<number> {
  let put = 0;
  for (const [at, one] of due.entries()) {
    if (await putSome(place, [one], due.slice(at))) put += 1;
    // What failed for one fails for all: the rest waits with it.
    else return put;
  }
  return put;
}

/** @param waits what fails with it, when the place does not answer. @returns false when it did not answer */
async function putSome(place: AnchorPlace, some: readonly Due[], waits: readonly Due[] = some): Promise<boolean> {
  let other: string | null;
  try {
    other = await place.put(some.map(({ note }) => note));
  } catch (error) {
    const [code, problem] = isProblem(error) ? [error.code, error.message] : ['audit-logs.anchorFailed', reasonOf(error)];
    log('error').error({ error, code: 'audit-logs.anchorFailed', place: place.name }, 'Checkpoints could not be kept in a second place');
    for (const one of waits) await noteFailure(place, one, { code, problem });
    return false;
  }
  for (const one of some) {
    if (other === null) await systemTransaction(() => noteAnchorAcrossWorkspaces(one.workspace, one.size, place.name));
    else await holdsAnother(place, one, other);
  }
  return true;
}

/** A file or a database says it by a code. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return `It did not keep the checkpoint${code === '' ? '' : ` (${code})`}.`;
}

/** Signed by a key of ours it is proof that two logs were signed under one name; else somebody was there before. */
async function holdsAnother(place: AnchorPlace, one: Due, other: string): Promise<void> {
  const installation = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  const origin = readNote(one.note)?.checkpoint.origin;
  if (installation === null || origin === undefined) return;
  const keys = await systemTransaction(() => knownKeys(installation), { readOnly: true });
  const found = signedBy(origin, keys)(other);
  if (found !== null && found.size === one.size) await beginAfter(one.workspace, { ...found, note: other, place: place.name });
  else
    await noteFailure(place, one, {
      code: 'audit-logs.anchorOccupied',
      problem: `Where the checkpoint of ${one.size} entries belongs lies something that no key of this installation signed.`,
    });
}

async function noteFailure(
  place: AnchorPlace,
  { workspace, size }: Due,
  { code, problem }: { code: string; problem: string },
): Promise<void> {
  const failures = await systemTransaction(() => noteFailureAcrossWorkspaces({ workspace, place: place.name, code, problem }, waiting));
  if (failures !== alarmedFrom && failures % alarmedEvery !== 0) return;
  await transaction(systemContext(workspace, 'audit-logs'), () =>
    publish(anchorPlaceFailing, { place: place.name, size, failures, problem: problem.slice(0, 1000) }),
  );
}
