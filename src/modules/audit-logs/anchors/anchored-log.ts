/** What the second places hold of a log, as far as it is signed: whoever may append to a place cannot raise a false alarm there. */
import { isProblem } from '../../../contract/problem.ts';
import { publicKeyObject } from '../tree/public-key.ts';
import { isSignedBy, readNote, type VerifyingKey } from '../tree/signed-note.ts';
import type { AnchorPlace } from './place.ts';
import { anchorPlaces } from './places.ts';

export type AnchoredLog = { readonly size: number; readonly root: Buffer; readonly note: string; readonly place: string };
export type PlaceState = {
  readonly name: string;
  /** unread: what it keeps cannot be asked back. failed: it did not answer. */
  readonly state: 'read' | 'unread' | 'failed';
  readonly problem: string | null;
  /** Notes of this log that no known key has signed; they count for nothing. */
  readonly unsigned: number;
};
const mostUnsigned = 1000;

/**
 * The largest log that a place holds and that one of the keys has signed, if it is larger than `above`.
 * A place that does not answer is said so: it neither proves nor denies anything.
 */
export async function anchoredBeyond(
  { origin, above, keys }: { origin: string; above: number; keys: readonly VerifyingKey[] },
  places: readonly AnchorPlace[] = anchorPlaces(),
): Promise<{ readonly largest: AnchoredLog | null; readonly places: readonly PlaceState[] }> {
  let largest: AnchoredLog | null = null;
  const states: PlaceState[] = [];
  const verifying = keys.map((key) => ({ ...key, keyObject: publicKeyObject(key.publicKey) }));
  for (const place of places) {
    try {
      const notes = await place.read(origin, above);
      let unsigned = 0;
      for (const { note } of notes ?? []) {
        const read = readNote(note);
        const isSigned = read !== null && read.checkpoint.origin === origin && verifying.some((key) => isSignedBy(read, key));
        if (!isSigned) {
          unsigned += 1;
          if (unsigned >= mostUnsigned) break;
          continue;
        }
        const { size, root } = read.checkpoint;
        if (largest === null || size > largest.size) largest = { size, root, note, place: place.name };
        // They come largest first.
        break;
      }
      states.push({ name: place.name, state: notes === null ? 'unread' : 'read', problem: null, unsigned });
    } catch (error) {
      states.push({ name: place.name, state: 'failed', problem: isProblem(error) ? error.message : 'It does not answer.', unsigned: 0 });
    }
  }
  return { largest, places: states };
}
