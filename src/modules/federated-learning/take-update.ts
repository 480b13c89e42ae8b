/** Taking in what clients send: bytes to disk, a look by the scanner door's worker, then the row. */
import { randomUUID } from 'node:crypto';
import { commonProblems } from '../../contract/problem.ts';
import { audit } from '../../platform/audit.ts';
import { transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { call } from '../../platform/http/call.ts';
import type { RequestContext } from '../../platform/http/handle.ts';
import { federatedProblems, inspectUpdate, type Round, roundChanged, type Update } from './contract.ts';
import { changeRound, findRound, insertUpdate, lockRound, toRound, toUpdate } from './store.ts';
import type { RoundRow } from './table.ts';
import { keepUpload, removeUpdateFile, type UpdateFile } from './update-files.ts';

export type GivenUpdate = { readonly id: string; readonly clientId?: string | undefined; readonly samples?: number | undefined };
type Inspected = Awaited<ReturnType<typeof call<typeof inspectUpdate>>>;

/** @throws federated-learning.notFound, .closed, .unreadable, .tooLarge, .empty, .clientMissing, .samplesInvalid, .updateExists */
export function takeUpdate(given: GivenUpdate, context: RequestContext): Promise<Update> {
  return withFile(given.id, context, async (fileId, inspected) => {
    const clientId = clientOf(given, inspected);
    const samples = samplesOf(given, inspected);
    return transaction(context, async () => {
      const round = await openRound(given.id, ['open']);
      const { format, tensors, parameters, bytes, sha256 } = inspected;
      const row = await insertUpdate({ id: fileId, roundId: round.id, clientId, samples, format, tensors, parameters, bytes, sha256 });
      if (row === null) throw federatedProblems.updateExists({ clientId });
      await changeRound(round.id, { updates: round.updates + 1 });
      audit.subject({ type: 'federated-round', id: round.id });
      audit.change({ before: {}, after: { clientId, samples, bytes, sha256 } });
      await publish(roundChanged, { roundId: round.id, state: round.state, updates: round.updates + 1 });
      return toUpdate(row);
    });
  });
}

/** The server's own update; allowed again for a round that could not be decided. The one before is removed. */
export async function takeRootUpdate(id: string, context: RequestContext): Promise<Round> {
  const { before, after } = await withFile(id, context, (fileId, { sha256 }) =>
    transaction(context, async () => {
      const round = await openRound(id, ['open', 'undecided']);
      audit.subject({ type: 'federated-round', id });
      audit.change({ before: { hasRoot: round.rootFileId !== null }, after: { hasRoot: true, sha256 } });
      return { before: round.rootFileId, after: toRound(await changeRound(id, { rootFileId: fileId })) };
    }),
  );
  if (before !== null) await removeUpdateFile({ workspaceId: context.actor.workspaceId, fileId: before });
  return after;
}

/** The file stays only when `work` ends well. */
async function withFile<T>(
  roundId: string,
  context: RequestContext,
  work: (fileId: string, inspected: Inspected) => Promise<T>,
): Promise<T> {
  const { body } = context;
  if (body === undefined) throw commonProblems.mediaType({ expected: 'the bytes of an update' });
  // Looked at before the bytes are taken: nobody uploads for nothing.
  const known = await transaction(context, () => findRound(roundId), { readOnly: true });
  if (known === null) throw federatedProblems.notFound({ id: roundId });
  if (known.state === 'closed') throw federatedProblems.closed({ state: known.state });
  const place: UpdateFile = { workspaceId: context.actor.workspaceId, fileId: randomUUID() };
  await keepUpload(place, body);
  try {
    return await work(place.fileId, await call(inspectUpdate, { fileId: place.fileId }));
  } catch (error) {
    await removeUpdateFile(place);
    throw error;
  }
}

async function openRound(id: string, states: readonly RoundRow['state'][]): Promise<RoundRow> {
  const round = await lockRound(id);
  if (round === null) throw federatedProblems.notFound({ id });
  if (!states.includes(round.state)) throw federatedProblems.closed({ state: round.state });
  return round;
}

function clientOf({ clientId }: GivenUpdate, inspected: Inspected): string {
  const name = clientId ?? inspected.clientId?.trim() ?? '';
  if (name.length === 0 || name.length > 200 || !isPlain(name)) throw federatedProblems.clientMissing();
  return name;
}

/** The database holds neither NUL nor half a surrogate pair. */
const isPlain = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

function samplesOf({ samples }: GivenUpdate, inspected: Inspected): number | null {
  const said = samples ?? (inspected.samples === null || inspected.samples.trim() === '' ? null : Number(inspected.samples));
  if (said === null) return null;
  if (!Number.isSafeInteger(said) || said < 1) throw federatedProblems.samplesInvalid();
  return said;
}
