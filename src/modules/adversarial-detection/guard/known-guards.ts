/** The guards of one workspace as requests ask them: in memory, loaded at the first question and whenever one changes. */
import { isProblem } from '../../../contract/problem.ts';
import { log } from '../../../platform/log.ts';
import { openSecret } from '../../../platform/sealed-secret.ts';
import { findGuardRows } from './guard-store.ts';
import type { GuardRow } from './guard-table.ts';

export type KnownGuard = {
  readonly row: GuardRow;
  /** Of the upstream; null: it needs none. */
  readonly token: string | null;
  /** There is a token, and this process cannot open it. */
  readonly isTokenLost: boolean;
};

export const tokenPurpose = (guardId: string): string => `adversarial-detection.guard ${guardId}`;

/** State with a lifetime of its own: one for each workspace that this process screens for. */
export class KnownGuards {
  #byName = new Map<string, KnownGuard>();
  #begun = 0;

  get(name: string): KnownGuard | null {
    return this.#byName.get(name) ?? null;
  }

  /** Everything again, in the ambient transaction of the workspace. */
  async load(): Promise<void> {
    this.#begun += 1;
    const own = this.#begun;
    const known = new Map<string, KnownGuard>();
    for (const row of await findGuardRows()) known.set(row.name, await opened(row));
    // One that began later has seen more, whichever ends first.
    if (own === this.#begun) this.#byName = known;
  }
}

async function opened(row: GuardRow): Promise<KnownGuard> {
  if (!row.hasToken) return { row, token: null, isTokenLost: false };
  try {
    const token = await openSecret(tokenPurpose(row.id));
    return { row, token, isTokenLost: token === null };
  } catch (error) {
    if (!isProblem(error)) throw error;
    log('error').error({ code: error.code, guardId: row.id }, 'The token of a guard cannot be opened');
    return { row, token: null, isTokenLost: true };
  }
}
