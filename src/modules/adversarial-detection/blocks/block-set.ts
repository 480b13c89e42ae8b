/** The blocks of one workspace as screening asks them: in memory, set before anything is written. */
import type { Block } from '../contract.ts';

export type BlockEntry = Pick<Block, 'id' | 'kind' | 'modelId' | 'inputSha256' | 'clientId'> & { readonly expiresAtMs: number };
export type BlockQuestion = { readonly modelId: string; readonly inputSha256: string; readonly clientId: string | null };

/** State with a lifetime of its own: one set for each workspace that this process screens for. */
export class BlockSet {
  readonly #entries = new Map<string, BlockEntry>();
  readonly #keyOfId = new Map<string, string>();
  /** Set here and not yet seen in the database: a reload in between must not lose them. */
  readonly #provisional = new Set<string>();

  /**
   * @param provisional it is not committed yet: it stays whatever a reload finds, until it is confirmed, taken back or expires.
   * @returns the block that it took the place of; null: none did, or the one there stays because it holds as long.
   */
  set(entry: BlockEntry, { provisional = false } = {}): BlockEntry | null {
    const key = keyOf(entry);
    const present = this.#entries.get(key);
    const stays = present !== undefined && present.id !== entry.id && !this.#provisional.has(present.id);
    if (stays && present.expiresAtMs >= entry.expiresAtMs) return null;
    if (present !== undefined) this.remove(present.id);
    this.#entries.set(key, entry);
    this.#keyOfId.set(entry.id, key);
    if (provisional) this.#provisional.add(entry.id);
    else this.#provisional.delete(entry.id);
    return present ?? null;
  }

  remove(id: string): void {
    const key = this.#keyOfId.get(id);
    if (key !== undefined) this.#entries.delete(key);
    this.#keyOfId.delete(id);
    this.#provisional.delete(id);
  }

  /** Replaces everything that is committed. */
  load(entries: readonly BlockEntry[]): void {
    const kept = [...this.#provisional].map((id) => this.#entries.get(this.#keyOfId.get(id) ?? '')).filter((entry) => entry !== undefined);
    this.#entries.clear();
    this.#keyOfId.clear();
    this.#provisional.clear();
    for (const entry of entries) this.set(entry);
    for (const entry of kept) if (!this.#keyOfId.has(entry.id)) this.set(entry, { provisional: true });
  }

  /** What refuses this request, if anything: the client before the input, one model before all. O(1). */
  find({ modelId, inputSha256, clientId }: BlockQuestion, now = Date.now()): BlockEntry | null {
    if (this.#entries.size === 0) return null;
    const ofClient = clientId === null ? null : (this.#alive(`c${modelId}\0${clientId}`, now) ?? this.#alive(`c\0${clientId}`, now));
    return ofClient ?? this.#alive(`i${modelId}\0${inputSha256}`, now) ?? this.#alive(`i\0${inputSha256}`, now);
  }

  get size(): number {
    return this.#entries.size;
  }

  #alive(key: string, now: number): BlockEntry | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.expiresAtMs > now) return entry;
    this.remove(entry.id);
    return null;
  }
}

/** An empty model name is every model: a name that callers choose is never empty. */
function keyOf({ kind, modelId, inputSha256, clientId }: BlockEntry): string {
  return kind === 'input' ? `i${modelId ?? ''}\0${inputSha256 ?? ''}` : `c${modelId ?? ''}\0${clientId ?? ''}`;
}
