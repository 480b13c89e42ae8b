/** How far running checks are, for whoever named one when it was asked for. */
import type { ReadingProgress } from './check-child.ts';

export type CheckProgress = ReadingProgress | { readonly stage: 'unknown'; readonly rows: null };

const running = new Map<string, ReadingProgress>();

/** @param id null: nobody asks. */
export function noteProgress(id: string | null, progress: ReadingProgress): void {
  if (id !== null) running.set(id, progress);
}

export function forgetProgress(id: string | null): void {
  if (id !== null) running.delete(id);
}

/** unknown: it has not begun, has ended, or runs in another process. */
export function progressOf(id: string): CheckProgress {
  return running.get(id) ?? { stage: 'unknown', rows: null };
}

/** Names of two workspaces never meet. */
export function progressId(workspaceId: string | undefined, watch: string | undefined): string | null {
  return watch === undefined ? null : `${workspaceId ?? ''} ${watch}`;
}
