/** Where a chain begins when its oldest months are in cold storage only. */
import { freshSweep, type Sweep } from '../verifying/verification.ts';
import { lastDropped } from './retention-store.ts';

/**
 * The sweep of a chain from its first entry that is still in the database. The hash of the entry before and the edge of the tree before
 * come from when the month was verified in cold storage; signed roots after it decide whether they are right.
 */
export async function sweepFromStart(): Promise<Sweep> {
  const row = await lastDropped();
  if (row === undefined) return freshSweep;
  return {
    ...freshSweep,
    next: row.endIndex,
    goodTo: row.endIndex,
    prev: row.lastLeaf.toString('hex'),
    // As lines write it, so that times can be compared as text.
    time: `${new Date(row.lastTime).toISOString().slice(0, 10)}T00:00:00.000000Z`,
    edge: row.endEdge,
  };
}
