/** Columns of a table as data, and what one person made of them: hidden, reordered, resized. */
import type { ReactNode } from 'react';
import { usePreference } from './preference.ts';

export type Column<Row> = {
  readonly id: string;
  /** Name in the head and in the column menu. */
  readonly head: string;
  /** The name is read out but not shown: columns of one shape or avatar. */
  readonly headHidden?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Pixels; left out, the column shares what is left. */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'right' | 'center';
  /** Key of the order this head asks for. */
  readonly sort?: string;
  /** Holds the record's name: it becomes the link that opens the row, and cannot be hidden. */
  readonly primary?: boolean;
  /** Stands at the first line of a high row: shapes of a queue. */
  readonly top?: boolean;
  /** Leaves first when the table gets narrow: under this many pixels. */
  readonly hideUnder?: number;
};

export type ColumnChoice = {
  readonly hidden: readonly string[];
  readonly order: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
};
const noChoice: ColumnChoice = { hidden: [], order: [], widths: {} };
export const narrowestColumn = 40;

/** Reads a stored choice; anything odd is the default. */
export function readChoice(text: string | null): ColumnChoice {
  if (text === null) return noChoice;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return noChoice;
    const { hidden, order, widths } = value as Readonly<Record<string, unknown>>;
    const words = (list: unknown): string[] => (Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []);
    const pixels =
      typeof widths === 'object' && widths !== null ? Object.entries(widths).filter(([, width]) => typeof width === 'number') : [];
    return { hidden: words(hidden), order: words(order), widths: Object.fromEntries(pixels) };
  } catch {
    return noChoice; // an older or broken entry: the default stands
  }
}

/** The columns in the chosen order and widths, without the hidden ones. Columns the choice does not know keep their place. */
export function applyChoice<Row>(columns: readonly Column<Row>[], { hidden, order, widths }: ColumnChoice): Column<Row>[] {
  return inOrder(columns, order)
    .filter((column) => column.primary === true || !hidden.includes(column.id))
    .map((column) => ({ ...column, width: widths[column.id] ?? column.width }));
}

export function inOrder<Row>(columns: readonly Column<Row>[], order: readonly string[]): Column<Row>[] {
  const place = (column: Column<Row>, index: number): number => {
    const chosen = order.indexOf(column.id);
    return chosen === -1 ? index : chosen;
  };
  return columns
    .map((column, index) => ({ column, place: place(column, index), index }))
    .sort((one, other) => one.place - other.place || one.index - other.index)
    .map(({ column }) => column);
}

/** The order after moving one column by so many places. */
export function moveColumn<Row>(columns: readonly Column<Row>[], id: string, by: -1 | 1): string[] {
  const ids = columns.map((column) => column.id);
  const from = ids.indexOf(id);
  const to = from + by;
  const other = ids[to];
  if (from === -1 || other === undefined) return ids;
  ids[to] = id;
  ids[from] = other;
  return ids;
}

/** The choice of one view, kept on this device. Without a key nothing is remembered. */
export function useColumnChoice(viewKey: string | undefined): [ColumnChoice, (choice: ColumnChoice | null) => void] {
  const [stored, store] = usePreference(`columns.${viewKey ?? ''}`);
  const set = (choice: ColumnChoice | null): void => {
    if (viewKey !== undefined) store(choice === null ? null : JSON.stringify(choice));
  };
  return [viewKey === undefined ? noChoice : readChoice(stored), set];
}
