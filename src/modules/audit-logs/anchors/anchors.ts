/** Puts checkpoints into the second places. */
import { systemTransaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { noteAnchorAcrossWorkspaces, readNotAnchoredAcrossWorkspaces } from '../tree/tree-store.ts';
import type { AnchorPlace } from './place.ts';
import { anchorPlaces } from './places.ts';

/** Puts the newest checkpoint of each workspace where it is missing. @returns how many were put. */
export async function anchorCheckpoints(places: readonly AnchorPlace[] = anchorPlaces()): Promise<number> {
  let put = 0;
  for (const place of places) {
    for (const { workspace, size, note } of await systemTransaction(() => readNotAnchoredAcrossWorkspaces(place.name), {
      readOnly: true,
    })) {
      try {
        await place.put(note);
        await systemTransaction(() => noteAnchorAcrossWorkspaces(workspace, size, place.name));
        put += 1;
      } catch (error) {
        log('error').error(
          { error, code: 'audit-logs.anchorFailed', place: place.name, workspace, size },
          'A checkpoint could not be kept in its second place',
        );
      }
    }
  }
  return put;
}
