/** What the second places say about the log of a workspace now. */
import type { Context } from '../../../contract/actor.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import type { Defect, Epoch } from '../contract.ts';
import { readHead } from '../store.ts';
import { knownKeys } from '../tree/signing-key.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import { type AnchoredLog, anchoredBeyond, type PlaceState } from './anchored-log.ts';
import { type EpochRow, readEpochs } from './epoch-store.ts';
import { differing, knownIn, originOf, readAnchored } from './rollback.ts';

export type AnchorState = {
  readonly defects: readonly Defect[];
  /** As they were last asked; how they stand is read at each look. */
  readonly places: readonly PlaceState[];
  readonly epochs: readonly Epoch[];
};

/** A page asks every few seconds; a place on another machine is asked once a minute. */
const freshForMs = 60_000;
type Asked = Pick<AnchorState, 'defects' | 'places'>;
const asked = new Map<string, { readonly at: number; readonly size: number; readonly epoch: number; readonly answer: Asked }>();

/** @param size of the log. @param isFresh asks the places now. */
export async function anchorState(size: number, context: Context, isFresh: boolean): Promise<AnchorState> {
  const { workspaceId } = context.actor;
  const epochs = await transaction(context, readEpochs, { readOnly: true });
  const before = asked.get(workspaceId);
  const isKnown = before !== undefined && before.epoch === epochs.length && size >= before.size;
  const answer =
    isKnown && !isFresh && performance.now() - before.at < freshForMs ? before.answer : await ask(size, epochs.length, context);
  if (answer !== before?.answer) asked.set(workspaceId, { at: performance.now(), size, epoch: epochs.length, answer });
  const open = epochs.filter(({ acknowledgedAt }) => acknowledgedAt === null).map(lostDefect);
  return { defects: [...open, ...answer.defects], places: answer.places, epochs: epochs.map(epochAnswer) };
}

async function ask(size: number, epoch: number, context: Context): Promise<Asked> {
  const installation = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  if (installation === null) return { defects: [], places: [] };
  const keys = await systemTransaction(() => knownKeys(installation), { readOnly: true });
  const origin = originOf(installation, context.actor.workspaceId, epoch);
  const anchored = await systemTransaction(readAnchored, { readOnly: true });
  const above = knownIn(anchored, context.actor.workspaceId, size);
  const { found, places } = await anchoredBeyond({ origin, above, keys });
  // Read after the places: what was appended and signed meanwhile is no loss.
  const present = found.length === 0 ? size : (await transaction(context, readHead, { readOnly: true })).size;
  const other = await differing(context.actor.workspaceId, present, found);
  return { defects: other === null ? [] : [presentDefect(other, present)], places };
}

function presentDefect({ size: signed, place }: AnchoredLog, size: number): Defect {
  return signed > size
    ? {
        index: size,
        kind: 'rollback',
        sentence: `The second place ${place} holds a signed checkpoint of ${signed} entries; this log has ${size}: it was rolled back.`,
      }
    : {
        index: signed - 1,
        kind: 'fork',
        sentence: `The second place ${place} holds a signed checkpoint of ${signed} entries with another root than this log has at that size: it was rewritten.`,
      };
}

function lostDefect({ firstIndex, lostTo, place }: EpochRow): Defect {
  if (lostTo <= firstIndex)
    return {
      index: lostTo - 1,
      kind: 'fork',
      sentence: `Of the first ${lostTo} entries others were signed, as kept in ${place}: the log was rewritten, and nobody has acknowledged it yet.`,
    };
  const range = lostTo - firstIndex === 1 ? `Entry ${firstIndex} was` : `Entries ${firstIndex} to ${lostTo - 1} were`;
  return {
    index: firstIndex,
    kind: 'rollback',
    sentence: `${range} signed and kept in ${place}, and are gone: nobody has acknowledged the loss yet.`,
  };
}

export function epochAnswer(row: EpochRow): Epoch {
  const { number, firstIndex, lostTo, note, place, beganAt, acknowledgedAt, acknowledgedBy, acknowledgement } = row;
  return {
    number,
    firstIndex,
    lostTo,
    note,
    place,
    beganAt: beganAt.toISOString(),
    acknowledged:
      acknowledgedAt === null ? null : { at: acknowledgedAt.toISOString(), by: acknowledgedBy ?? 'unknown', words: acknowledgement ?? '' },
  };
}

/** For tests that look at several databases in one process, and after a loss was acknowledged. */
export function forgetAnchorStates(): void {
  asked.clear();
}
