/** Of several processes that find something missing, one makes it and the others wait: a folder is the mark of the one at work. */
import { mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const lookMs = 50;

export type Making = {
  /** A path beside what is made. Whoever can make a folder there is the one. */
  readonly mark: string;
  /** A maker that was killed leaves its mark behind: after this it counts for nothing. */
  readonly longestMs: number;
  readonly isThere: () => boolean;
  readonly make: () => Promise<void>;
};

/**
 * Comes back when it is there, whoever made it, or when it could not be made in time.
 * @throws what `make` throws, in the process that made it; the next one tries again
 */
export async function makeInTurn({ mark, longestMs, isThere, make }: Making): Promise<void> {
  mkdirSync(dirname(mark), { recursive: true });
  for (const begun = Date.now(); !isThere() && Date.now() - begun < longestMs; await sleep(lookMs)) {
    if (!takeMark(mark, longestMs)) continue;
    try {
      if (!isThere()) await make();
    } finally {
      rmdirSync(mark);
    }
  }
}

function takeMark(mark: string, longestMs: number): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > longestMs) rmSync(mark, { recursive: true, force: true });
    return false;
  }
}
