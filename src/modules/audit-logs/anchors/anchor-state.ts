/** What the second places say about the log of a workspace now. */
import type { Context } from '../../../contract/actor.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import type { Defect, Epoch } from '../contract.ts';
import { knownKeys } from '../tree/signing-key.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import { anchoredBeyond, type PlaceState } from './anchored-log.ts';
import { type EpochRow, readEpochs } from './epoch-store.ts';
import { originOf } from './rollback.ts';

export type AnchorState = {
  readonly defects: readonly Defect[];
  readonly places: readonly PlaceState[];
  readonly epochs: readonly Epoch[];
};

/** A page asks every few seconds; a place on another machine is asked once a minute. */
const freshForMs = 60_000;
const asked = new Map<string, { readonly at: number; readonly size: number; readonly state: AnchorState }>();

/** @param size of the log. @param isFresh asks the places now. */
export async function anchorState(size: number, context: Context, isFresh: boolean): Promise<AnchorState> {
  const { workspaceId } = context.actor;
  const before = asked.get(workspaceId);
  if (!isFresh && before !== undefined && size >= before.size && performance.now() - before.at < freshForMs) return before.state;
  const state = await ask(size, context);
  asked.set(workspaceId, { at: performance.now(), size, state });
  return state;
}

async function ask(size: number, context: Context): Promise<AnchorState> {
  const epochs = await transaction(context, readEpochs, { readOnly: true });
  const open = epochs.filter(({ acknowledgedAt }) => acknowledgedAt === null).map(lostDefect);
  const installation = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  if (installation === null) return { defects: open, places: [], epochs: epochs.map(epochAnswer) };
  const keys = await systemTransaction(() => knownKeys(installation), { readOnly: true });
  const origin = originOf(installation, context.actor.workspaceId, epochs.length);
  const { largest, places } = await anchoredBeyond({ origin, above: size, keys });
  const sentence = `The second place holds a signed checkpoint of ${largest?.size} entries; this log has ${size}: it was rolled back.`;
  const now: Defect[] = largest === null ? [] : [{ index: size, kind: 'rollback', sentence }];
  return { defects: [...open, ...now], places, epochs: epochs.map(epochAnswer) };
}

function lostDefect({ firstIndex, lostTo, place }: EpochRow): Defect {
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
