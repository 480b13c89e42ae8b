/** What a table is told, and what its head, body and phone rows share. */
import type { MouseEvent, ReactNode } from 'react';
import type { Column } from './table-column.ts';
import type { RowFocus, RowKey, Selection } from './table-focus.ts';
import type { RowWindow } from './table-window.ts';

export type Sort = { readonly by: string; readonly descending: boolean; readonly onChange: (by: string, descending: boolean) => void };
export type Density = 'queue' | 'list' | 'compact';

export type DataTableProps<Row> = {
  /** What the rows are: `Vulnerabilities`. */
  label: string;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** The row in a few words, for boxes and links: its title. */
  rowName: (row: Row) => string;
  columns: readonly Column<Row>[];
  /** The row on a phone; see PhoneRow. */
  phone: (row: Row, place: { first: boolean }) => ReactNode;
  density?: Density;
  /** Opens the peek: Enter, o, or a click on the row. */
  onOpen?: ((row: Row) => void) | undefined;
  /** Full page of the row; the primary column links to it. */
  rowTo?: ((row: Row) => string) | undefined;
  openId?: string | null | undefined;
  selection?: Selection | undefined;
  /** `e` assign, `s` status, `d` due: act on the focused row. */
  rowKeys?: readonly RowKey<Row>[] | undefined;
  sort?: Sort | undefined;
  /** Remembers columns on this device under this name; offers the column menu. */
  viewKey?: string | undefined;
  total?: number | undefined;
  hasMore?: boolean | undefined;
  onMore?: (() => void) | undefined;
  isLoadingMore?: boolean | undefined;
  /** Rows that just came in fade once from the accent tint. */
  newIds?: ReadonlySet<string> | undefined;
  /** Below the last row: what the list does not hold. */
  foot?: ReactNode;
};

/** What head, body and phone rows share. */
export type RowParts<Row> = DataTableProps<Row> & {
  window: RowWindow;
  focus: RowFocus;
  rowHeight: number;
  onRowClick: (row: Row, event: MouseEvent<HTMLElement>) => void;
};
