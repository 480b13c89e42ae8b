/** What was just done, with a way back. Lives outside React so that any handler can speak. */

export type ToastDraft = {
  /** One sentence, the same verb as the button: `Rolled back to 4.1`. */
  readonly text: string;
  /** Offered for 10 s; also by the key `z`. */
  readonly undo?: (() => void) | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
};
export type ToastEntry = ToastDraft & { readonly id: number; readonly ms: number };

const mostShown = 3;
const listeners = new Set<() => void>();
let entries: readonly ToastEntry[] = [];
let nextId = 1;

function replace(next: readonly ToastEntry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

/** Shows a sentence at the foot of the page. Errors belong beside their cause, not only here. */
export function toast(draft: ToastDraft): void {
  const entry = { ...draft, id: nextId, ms: draft.undo ? 10_000 : 6_000 };
  nextId += 1;
  replace([...entries, entry].slice(-mostShown));
}

export function dismissToast(id: number): void {
  replace(entries.filter((entry) => entry.id !== id));
}

/** Takes back the newest undoable thing; false when there is none. */
export function undoLatest(): boolean {
  const latest = entries.findLast((entry) => entry.undo !== undefined);
  if (!latest) return false;
  dismissToast(latest.id);
  latest.undo?.();
  return true;
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
export const currentToasts = (): readonly ToastEntry[] => entries;
