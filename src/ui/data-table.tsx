/** Rows of decisions: a real table on a desk, rows on a phone; keyboard, selection, peek, pages fetched ahead. */
import { type MouseEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { classNames } from './class-names.ts';
import { LoadingLines } from './loaded.tsx';
import { useIsPhone } from './media.ts';
import { TableBody } from './table-body.tsx';
import { applyChoice, useColumnChoice } from './table-column.ts';
import { type RowFocus, useRowFocus } from './table-focus.ts';
import { TableHead } from './table-head.tsx';
import type { DataTableProps, Density, RowParts } from './table-parts.ts';
import { PhoneRows } from './table-phone.tsx';
import { useNearEnd, useRowWindow } from './table-window.ts';

const heights: Readonly<Record<Density, number>> = { queue: 78, list: 48, compact: 36 };

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, rowId, columns, viewKey, density = 'list', openId, selection, rowKeys, label } = props;
  const onOpen = useOpening(props);
  const isPhone = useIsPhone();
  const root = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [choice, choose] = useColumnChoice(viewKey);
  const width = useWidth(root);
  const shown = useMemo(() => applyChoice(columns, choice).filter(({ hideUnder = 0 }) => width >= hideUnder), [columns, choice, width]);
  const keyOf = useCallback((index: number) => (rows[index] === undefined ? String(index) : rowId(rows[index])), [rows, rowId]);
  const window = useRowWindow({ root, count: rows.length, rowHeight: isPhone ? 112 : heights[density], keyOf, measured: isPhone });
  const focus = useRowFocus({ rows, rowId, onOpen, openId, selection, rowKeys, reveal: window.reveal, keysGroup: label });
  useNearEnd(end, rows.length, props.hasMore ? props.onMore : undefined);
  const parts: RowParts<Row> = { ...props, window, focus, rowHeight: heights[density], onRowClick: rowClick(focus, rowId, onOpen) };
  return (
    <div ref={root}>
      {isPhone ? (
        <PhoneRows {...parts} />
      ) : (
        <table
          aria-label={label}
          aria-rowcount={props.total ?? rows.length}
          className="w-full table-fixed border-separate border-spacing-0"
        >
          <TableHead {...props} shown={shown} choice={choice} choose={viewKey === undefined ? undefined : choose} />
          <TableBody {...parts} shown={shown} />
        </table>
      )}
      <div ref={end} className={classNames('text-ink-3', props.hasMore && 'min-h-12')}>
        {props.isLoadingMore && <LoadingLines lines={1} waitsFor="more rows" />}
      </div>
      {props.foot}
    </div>
  );
}

/** Where a row opens no peek, Enter and a click anywhere in it go to its page, as its name does. */
function useOpening<Row>({ onOpen, rowTo }: Pick<DataTableProps<Row>, 'onOpen' | 'rowTo'>): ((row: Row) => void) | undefined {
  const [, go] = useLocation();
  if (onOpen !== undefined || rowTo === undefined) return onOpen;
  return (row) => go(rowTo(row));
}

/** Width of the list: it changes when a peek opens beside it. */
function useWidth(ref: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

function rowClick<Row>(focus: RowFocus, rowId: (row: Row) => string, onOpen: ((row: Row) => void) | undefined) {
  return (row: Row, event: MouseEvent<HTMLElement>): void => {
    const inControl = event.target instanceof Element && event.target.closest('a, button, input, label, select, summary') !== null;
    const isMarking = (document.getSelection()?.toString() ?? '') !== '';
    if (inControl || isMarking || event.defaultPrevented) return;
    focus.setFocusId(rowId(row));
    onOpen?.(row);
  };
}
