/** Which row of a list has the bar, and the keys that act on it. Keys never act without a row that shows it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type KeyBinding, useKeys } from './keys.ts';

export type RowKey<Row> = { readonly keys: string; readonly label: string; readonly run: (row: Row) => void };
export type Selection = {
  readonly ids: ReadonlySet<string>;
  readonly onChange: (ids: ReadonlySet<string>) => void;
  /** Why a row cannot be selected is not asked: it simply has no box. */
  readonly canSelect?: ((id: string) => boolean) | undefined;
};

type FocusInput<Row> = {
  rows: readonly Row[];
  rowId: (row: Row) => string;
  onOpen?: ((row: Row) => void) | undefined;
  /** The row shown in the peek: the bar follows it, and moving opens the next. */
  openId?: string | null | undefined;
  selection?: Selection | undefined;
  rowKeys?: readonly RowKey<Row>[] | undefined;
  /** Brings a row into view and gives it the keyboard. */
  reveal: (index: number, takeFocus: boolean) => void;
  keysGroup: string;
};

export type RowFocus = {
  readonly focusId: string | null;
  readonly setFocusId: (id: string | null) => void;
  readonly toggle: (id: string, range: boolean) => void;
};

export function useRowFocus<Row>({ rows, rowId, onOpen, openId, selection, rowKeys, reveal, keysGroup }: FocusInput<Row>): RowFocus {
  const [ownId, setFocusId] = useState<string | null>(null);
  const focusId = openId ?? ownId;
  const index = focusId === null ? -1 : rows.findIndex((row) => rowId(row) === focusId);
  const toggle = useToggle(rows, rowId, selection);

  const move = (by: 1 | -1) => {
    const next = index === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, index + by));
    const row = rows[next];
    if (!row) return;
    setFocusId(rowId(row));
    reveal(next, document.activeElement?.closest('[data-peek]') === null);
    if (openId !== null && openId !== undefined) onOpen?.(row);
  };
  const focused = rows[index];
  const onFocused = (run: (row: Row) => void) => () => {
    if (focused !== undefined) run(focused);
  };
  const bindings: KeyBinding[] = [
    { keys: 'j', label: 'Next row', run: () => move(1) },
    { keys: 'k', label: 'Previous row', run: () => move(-1) },
    { keys: 'ArrowDown', label: 'Next row', run: () => move(1) },
    { keys: 'ArrowUp', label: 'Previous row', run: () => move(-1) },
  ];
  if (onOpen) bindings.push({ keys: 'Enter', label: 'Open', run: onFocused(onOpen) }, { keys: 'o', label: 'Open', run: onFocused(onOpen) });
  if (selection) {
    bindings.push(
      { keys: 'x', label: 'Select', run: onFocused((row) => toggle(rowId(row), false)) },
      { keys: 'Shift+x', label: 'Select up to here', run: onFocused((row) => toggle(rowId(row), true)) },
    );
  }
  for (const { keys, label, run } of rowKeys ?? []) bindings.push({ keys, label, run: onFocused(run) });
  useKeys(keysGroup, bindings);
  useReturn(openId, index, reveal);
  return { focusId, setFocusId, toggle };
}

/** When the peek closes, the keyboard is back on the row it showed. */
function useReturn(openId: string | null | undefined, index: number, reveal: (index: number, takeFocus: boolean) => void): void {
  const before = useRef<{ openId: string | null | undefined; index: number }>({ openId, index });
  useEffect(() => {
    const last = before.current;
    before.current = { openId, index };
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (last.openId && !openId && last.index >= 0 && lost) reveal(last.index, true);
  });
}

function useToggle<Row>(
  rows: readonly Row[],
  rowId: (row: Row) => string,
  selection: Selection | undefined,
): (id: string, range: boolean) => void {
  const anchor = useRef<string | null>(null);
  return useCallback(
    (id, range) => {
      if (!selection) return;
      const next = new Set(selection.ids);
      const ids = rows.map(rowId);
      const [from, to] = [ids.indexOf(anchor.current ?? id), ids.indexOf(id)].sort((one, other) => one - other);
      const span = range && from !== undefined && to !== undefined && from >= 0 ? ids.slice(from, to + 1) : [id];
      const add = range || !next.has(id);
      for (const one of span) {
        if (!add) next.delete(one);
        if (add && (selection.canSelect?.(one) ?? true)) next.add(one);
      }
      anchor.current = id;
      selection.onChange(next);
    },
    [rows, rowId, selection],
  );
}
