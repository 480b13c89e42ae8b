/** What a second place is. */

/** A note that was read back: nobody has checked its signature yet. */
export type FoundNote = { readonly origin: string; readonly size: number; readonly note: string };
/** A place keeps notes and never takes one back. */
export type AnchorPlace = {
  readonly name: string;
  /** @throws when the note is not kept for sure */
  put(note: string): Promise<void>;
  /** Notes of an origin that sign more than `above` entries, largest first; null: what it keeps cannot be read back. */
  read(origin: string, above: number): Promise<readonly FoundNote[] | null>;
};
