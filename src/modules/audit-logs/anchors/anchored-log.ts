/** What the second places hold of a log, as far as it is signed: whoever may append to a place cannot raise a false alarm there. */
import { isProblem } from '../../../contract/problem.ts';
import { publicKeyObject } from '../tree/public-key.ts';
import { isSignedBy, readNote, type VerifyingKey } from '../tree/signed-note.ts';
import type { AnchorPlace, FoundNotes } from './place.ts';
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
const buried = `More than ${mostUnsigned - 1} notes there are not signed by a key of this installation: what lies below them was not read.`;

type Asked = {
  readonly origin: string;
  /** Notes of no more entries than this are known to lie in that place. */
  readonly above: (place: string) => number;
  readonly keys: readonly VerifyingKey[];
  /** Places that gave no answer a moment ago, and are not asked again for the next log. */
  readonly silent?: Map<string, PlaceState>;
};
type Answer = { readonly found: AnchoredLog | null; readonly state: PlaceState };

/**
 * Of each place the largest log that it holds and that one of the keys has signed, if it is larger than what is known to lie there.
 * A place that does not answer is said so: it neither proves nor denies anything. All are asked at the same time.
 */
export async function anchoredBeyond(
  { origin, above, keys, silent = new Map() }: Asked,
  places: readonly AnchorPlace[] = anchorPlaces(),
): Promise<{ readonly found: readonly AnchoredLog[]; readonly places: readonly PlaceState[] }> {
  const isSigned = signedBy(origin, keys);
  const answers = await Promise.all(
    places.map(async (place): Promise<Answer> => {
      const before = silent.get(place.name);
      if (before !== undefined) return { found: null, state: before };
      try {
        return await largestOf(place, await place.read(origin, above(place.name)), isSigned);
      } catch (error) {
        const problem = isProblem(error) ? error.message : 'It does not answer.';
        const state: PlaceState = { name: place.name, state: 'failed', problem, unsigned: 0 };
        silent.set(place.name, state);
        return { found: null, state };
      }
    }),
  );
  return { found: answers.flatMap(({ found }) => (found === null ? [] : [found])), places: answers.map(({ state }) => state) };
}

type SignedNote = Pick<AnchoredLog, 'size' | 'root'>;
async function largestOf({ name }: AnchorPlace, notes: FoundNotes | null, signed: (note: string) => SignedNote | null): Promise<Answer> {
  if (notes === null) return { found: null, state: { name, state: 'unread', problem: null, unsigned: 0 } };
  let unsigned = 0;
  // They come largest first.
  for await (const { note, size } of notes) {
    const read = signed(note);
    // One that stands under another size than it signs would hide those below it.
    if (read?.size === size) return { found: { ...read, note, place: name }, state: { name, state: 'read', problem: null, unsigned } };
    unsigned += 1;
    if (unsigned >= mostUnsigned) return { found: null, state: { name, state: 'failed', problem: buried, unsigned } };
  }
  return { found: null, state: { name, state: 'read', problem: null, unsigned } };
}

/** What a note signs of this log, when one of the keys signed it; null: nothing that counts. */
export function signedBy(origin: string, keys: readonly VerifyingKey[]): (note: string) => SignedNote | null {
  const verifying = keys.map((key) => ({ ...key, keyObject: publicKeyObject(key.publicKey) }));
  return (note) => {
    const read = readNote(note);
    if (read === null || read.checkpoint.origin !== origin) return null;
    return verifying.some((key) => isSignedBy(read, key)) ? { size: read.checkpoint.size, root: read.checkpoint.root } : null;
  };
}
