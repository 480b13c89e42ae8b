/** What a second place is. */
import { readNote } from '../tree/signed-note.ts';

/** A note that was read back: nobody has checked its signature yet. */
export type FoundNote = { readonly origin: string; readonly size: number; readonly note: string };
export type FoundNotes = Iterable<FoundNote> | AsyncIterable<FoundNote>;
export type PlaceKind = 'file' | 'address' | 'database' | 'object-store' | 'mail';

/** A place keeps notes and never takes one back. */
export type AnchorPlace = {
  readonly name: string;
  readonly kind: PlaceKind;
  /** It is told of all logs together, at most this often. Null: of each log by itself, at once. */
  readonly everyMs: number | null;
  /**
   * The same note may come again, after a crash: that is no second one.
   * @returns what it holds in the place of the note, of which it took nothing; null: the note is kept
   * @throws when the note is not kept for sure
   */
  put(notes: readonly string[]): Promise<string | null>;
  /** Notes of an origin that sign more than `above` entries, largest first; null: what it keeps cannot be read back. */
  read(origin: string, above: number): Promise<FoundNotes | null>;
  /** Until when it lets nobody take the note away; null: it does not say. Only places that lock. */
  lockedUntil?(note: string): Promise<Date | null>;
};

/** The same log signed by another key, or at another time, is the same. */
export function isSameLog(left: string, right: string): boolean {
  const [one, other] = [readNote(left), readNote(right)];
  return left === right || (one !== null && one.text === other?.text);
}
