/** How the second places stand for the log of a workspace, from what this database knows: none of them is asked. */
import { newestCheckpoint } from '../tree/tree-store.ts';
import { readStandings } from './anchor-store.ts';
import type { PlaceStanding } from './place-contract.ts';
import { anchorPlaces } from './places.ts';

/** In a transaction of the workspace. */
export async function standings(): Promise<PlaceStanding[]> {
  const places = anchorPlaces();
  const known = places.length === 0 ? new Map<string, never>() : await readStandings(places.map(({ name }) => name));
  return places.map(({ name, kind, everyMs }) => {
    const { anchored = null, failing = null } = known.get(name) ?? {};
    return {
      name,
      kind,
      everyMs,
      anchored: anchored && { size: anchored.size, at: anchored.at.toISOString() },
      failing: failing && {
        since: failing.since.toISOString(),
        failures: failing.failures,
        retryAt: failing.retryAt.toISOString(),
        problem: failing.problem,
      },
    };
  });
}

export async function placesAnswer() {
  const [places, newest] = [await standings(), await newestCheckpoint()];
  return { places, signed: newest === undefined ? null : { size: newest.size, madeAt: newest.madeAt.toISOString() } };
}
