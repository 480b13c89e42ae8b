/**
 * Fills what readers look in, beside the sequencer and on a connection of its own. A burst is appended first; a load that never ends is
 * followed at a bounded distance, because what is not taken yet is read entry by entry by each list.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemTransaction } from '../../../platform/database/database.ts';
import { Loop } from '../../../platform/loop.ts';
import { projectEntries, readUnprojected } from '../store.ts';

/** Entries taken in one transaction. */
const atOnce = 5000;
/** Entries that wait, from which on they are taken although the sequencer is at work, and from which on it waits for them. */
export const mostBehind = 10_000;
export const farBehind = 100_000;
/** Rest between looks for what a process left that died: who appends takes its entries itself, and wakes this. */
const idleMs = 5000;

/** One step of each workspace. @returns how many entries were taken into what readers look in. */
export async function projectAll(): Promise<number> {
  const waiting = await systemTransaction(readUnprojected, { readOnly: true });
  let projected = 0;
  for (const { workspace } of waiting) projected += await systemTransaction(() => projectEntries(workspace, atOnce));
  return projected;
}

export type Projector = {
  /** After each round of the sequencer; waits while readers are left too far behind. */
  follow(appended: number): Promise<void>;
  stop(): Promise<void>;
};

async function countWaiting(): Promise<number> {
  const waiting = await systemTransaction(readUnprojected, { readOnly: true });
  return waiting.reduce((sum, one) => sum + one.waiting, 0);
}

/**
 * Runs until stopped. @param project takes one step; answers how many entries it took, 0 when none were left.
 * @param left what waits when it begins: under a load that never ends, each restart would else leave that much more behind.
 */
export function startProjector(project: () => Promise<number> = projectAll, left: () => Promise<number> = countWaiting): Projector {
  let behind: number | null = null;
  let isAppending = false;
  let isStopped = false;
  let step: Promise<number> = Promise.resolve(0);
  const loop = new Loop('audit-logs.projector', idleMs, async () => {
    if (isAppending && (behind ?? 0) <= mostBehind) return false;
    step = project();
    const taken = await step;
    if (behind !== null) behind = taken === 0 ? 0 : Math.max(0, behind - taken);
    return taken > 0;
  });
  // A step that fails is the loop's to tell; appending goes on.
  const isStepDone = () =>
    step.then(
      () => !isStopped,
      () => false,
    );
  return {
    follow: async (appended) => {
      isAppending = appended > 0;
      behind = behind === null ? await left() : behind + appended;
      if (behind > (isAppending ? mostBehind : 0)) loop.wake();
      while (behind > farBehind && (await isStepDone())) await nextTurn();
    },
    stop: () => {
      isStopped = true;
      return loop.stop();
    },
  };
}
