/** Profiles that this process holds in memory, the longest unused going first. */

import { unpackProfile } from '../evasion/pack-profile.ts';
import type { EvasionProfile } from '../evasion/profile.ts';
import type { ProfileRow } from '../table.ts';
import { findBuilt, findProfile } from './profile-store.ts';

export type KnownProfile = { readonly row: ProfileRow; readonly profile: EvasionProfile; readonly bytes: number };
/** Matrices of all profiles together. */
const mostBytes = 512 * 2 ** 20;

/** State with a lifetime: what was loaded, until it is forgotten. */
export class KnownProfiles {
  readonly #known = new Map<string, KnownProfile>();

  get(id: string): KnownProfile | null {
    const known = this.#known.get(id);
    if (known === undefined) return null;
    // Moved to the end: the first entries are the longest unused.
    this.#known.delete(id);
    this.#known.set(id, known);
    return known;
  }

  /** In the ambient transaction. @returns null when there is no ready profile of this id. */
  async load(id: string): Promise<KnownProfile | null> {
    const row = await findProfile(id);
    if (row === null || (row.state !== 'ready' && row.state !== 'superseded')) return null;
    const bytes = await findBuilt(id);
    if (bytes === null) return null;
    const known = { row, profile: unpackProfile(bytes), bytes: bytes.length };
    this.#known.set(id, known);
    this.#makeRoom();
    return known;
  }

  /** An empty id is all of them. */
  forget(id: string): void {
    if (id === '') this.#known.clear();
    else this.#known.delete(id);
  }

  #makeRoom(): void {
    let held = [...this.#known.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [id, { bytes }] of this.#known) {
      if (held <= mostBytes || this.#known.size === 1) return;
      this.#known.delete(id);
      held -= bytes;
    }
  }
}
