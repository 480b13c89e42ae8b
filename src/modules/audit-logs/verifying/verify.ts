/** Keeps the verification of each workspace going: new entries at each look, everything again once a minute. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { type AnchorState, anchorState, forgetAnchorStates } from '../anchors/anchor-state.ts';
import { standings } from '../anchors/standing.ts';
import type { Defect, PlaceStanding, Verification } from '../contract.ts';
import { sweepFromStart } from '../retention/chain-start.ts';
import { readChain, readGuards, readHead, readMisprojected } from '../store.ts';
import { newestAnchor, newestCheckpoint, signedRoots } from '../tree/tree-store.ts';
import { closingDefects, freshSweep, type Sweep, sweepOn } from './verification.ts';

const batch = 500;
const budgetMs = 2000;
/** A finished sweep this old begins anew at the next look. */
const freshForMs = 60_000;

export type Watched = {
  readonly sweep: Sweep;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly size: number;
  readonly closing: readonly Defect[];
};
type Watch = { done: Watched | null; running: Watched | null; busy: Promise<unknown> };
const watches = new Map<string, Watch>();

export const checks = [
  'SHA-256(0x00 ‖ line) of every stored line against its stored hash',
  'every line against the hash its successor names',
  'canonical form, fields, workspace, gapless index and time that never falls',
  'every filter column against its line, and what lists look in against the filter columns',
  'number and newest hash against the head of the chain',
  'Merkle root (RFC 6962) at the size of every signed checkpoint',
  'size and root of the log against the largest signed checkpoint in every second place that can be read back',
  'triggers, grants and row-level security of the table, and the event trigger that notes changes of the schema',
];

/** Goes on for up to 2 s. Looks at one workspace queue, so that two readers do not do the work twice. */
export async function verifyLog({ restart }: { restart: boolean }, context: Context): Promise<Verification> {
  const { workspaceId } = context.actor;
  const watch = watches.get(workspaceId) ?? { done: null, running: null, busy: Promise.resolve() };
  watches.set(workspaceId, watch);
  const mine = watch.busy.then(() => goOn(watch, restart, context));
  watch.busy = mine.catch(() => {});
  await mine;
  const [anchor, checkpoint, places] = await transaction(
    context,
    async () => [await newestAnchor(), await newestCheckpoint(), await standings()] as const,
    { readOnly: true },
  );
  const anchors = await anchorState(sizeOf(watch), context, restart);
  return answerOf(watch, {
    ...anchors,
    standings: places,
    anchored: anchor === undefined ? null : { size: anchor.size, place: anchor.place, at: anchor.at.toISOString() },
    checkpoint: checkpoint === undefined ? null : { size: checkpoint.size, madeAt: checkpoint.madeAt.toISOString() },
  });
}

async function goOn(watch: Watch, restart: boolean, context: Context): Promise<void> {
  const { done } = watch;
  const isOld = done?.finishedAt == null || Date.now() - done.finishedAt.getTime() > freshForMs;
  if (restart || (watch.running === null && isOld)) watch.running = begin();
  const end = performance.now() + budgetMs;
  if (watch.running === null && done !== null) {
    // Fresh enough: only what is new since.
    watch.done = { ...(await advance({ ...done, finishedAt: null }, end, context)), finishedAt: done.finishedAt };
    return;
  }
  if (watch.running === null) return;
  watch.running = await advance(watch.running, end, context);
  if (watch.running.finishedAt === null) return;
  watch.done = watch.running;
  watch.running = null;
  reportDefects(watch.done, context.actor.workspaceId);
}

/** Entries that were counted last; a sweep that has not reached the end knows no better. */
const sizeOf = ({ done, running }: Watch): number => Math.max(done?.size ?? 0, running?.size ?? 0);

export function begin(): Watched {
  return { sweep: freshSweep, startedAt: new Date(), finishedAt: null, size: 0, closing: [] };
}

/** Months that left the database since are not a gap: the chain begins after them. */
async function fromStart(sweep: Sweep, context: Context): Promise<Sweep> {
  const start = await transaction(context, sweepFromStart, { readOnly: true });
  return sweep.next < start.next ? { ...start, defects: sweep.defects, defectCount: sweep.defectCount } : sweep;
}

/** One snapshot a batch: head, entries and guards of the same moment. */
export async function advance(from: Watched, end: number, context: Context): Promise<Watched> {
  let watched = from;
  do {
    const sweep = await fromStart(watched.sweep, context);
    const read = async () => {
      const rows = await readChain(sweep.next, batch);
      return {
        head: await readHead(),
        rows,
        guards: await readGuards(),
        signed: await signedRoots(sweep.next, sweep.next + batch),
        misprojected: await readMisprojected(rows),
      };
    };
    const { head, rows, guards, signed, misprojected } = await transaction(context, read, { readOnly: true, isolation: 'repeatable-read' });
    const next = sweepOn(sweep, rows, { workspace: context.actor.workspaceId, signed, misprojected: new Set(misprojected) });
    const atEnd = rows.length < batch;
    watched = {
      ...watched,
      sweep: next,
      size: head.size,
      closing: atEnd ? closingDefects(next, head, guards) : [],
      finishedAt: atEnd ? new Date() : null,
    };
  } while (watched.finishedAt === null && performance.now() < end);
  return watched;
}

type Around = Pick<Verification, 'anchored' | 'checkpoint'> & AnchorState & { readonly standings: readonly PlaceStanding[] };
function answerOf({ done, running }: Watch, around: Around): Verification {
  const { anchored, checkpoint, epochs, defects: anchorDefects } = around;
  // What a running sweep has already found is not held back until it ends.
  const shown = running !== null && (done === null || running.sweep.defectCount > 0) ? running : done;
  const { sweep, size, closing, startedAt } = shown ?? begin();
  const defects = [...sweep.defects, ...closing, ...anchorDefects].slice(0, 100);
  const defectCount = sweep.defectCount + closing.length + anchorDefects.length;
  const goodTo = Math.min(
    sweep.goodTo,
    ...closing.filter(({ kind }) => kind === 'tail').map(({ index }) => index),
    // Before which entry the two logs differ, a root does not say.
    ...anchorDefects.map(({ kind, index }) => (kind === 'fork' ? 0 : index)),
  );
  return {
    state: stateOf(shown, defectCount),
    size,
    checkedTo: sweep.next,
    goodTo,
    sweepStartedAt: startedAt.toISOString(),
    sweepFinishedAt: done?.finishedAt?.toISOString() ?? null,
    newestLeaf: sweep.next === 0 ? null : sweep.prev,
    defects,
    defectCount,
    anchored,
    checkpoint,
    places: around.standings.map((place) => ({ ...neverAsked, ...place, ...around.places.find(({ name }) => name === place.name) })),
    epochs: [...epochs],
    checks,
  };
}

/** A place whose first answer has not come. */
const neverAsked = { state: 'unread', problem: null, unsigned: 0 } as const;

function stateOf(shown: Watched | null, defectCount: number): Verification['state'] {
  if (defectCount > 0) return 'tampered';
  if (shown?.finishedAt == null) return 'running';
  return shown.sweep.next === 0 ? 'empty' : 'verified';
}

function reportDefects({ sweep, closing }: Watched, workspace: string): void {
  const [first] = [...sweep.defects, ...closing];
  if (first === undefined) return;
  log('security').error({ code: 'audit-logs.tampered', workspace, index: first.index, kind: first.kind }, first.sentence);
}

/** For tests that look at several databases in one process. */
export function forgetVerifications(): void {
  watches.clear();
  forgetAnchorStates();
}
