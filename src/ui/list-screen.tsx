/** A list of records: filters and count above, the rows in all their states, pages fetched ahead. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { CountLine } from './count-line.tsx';
import { DataTable } from './data-table.tsx';
import { FilterBar } from './filter-bar.tsx';
import { type Answer, EmptyNote, Loaded } from './loaded.tsx';
import { Screen, type ScreenProps } from './screen.tsx';
import type { DataTableProps } from './table-parts.ts';
import type { ListFilters } from './use-asked-filters.ts';

/** A keyset list as far as it is loaded; what `useEndpointPages` answers. */
export type RowPages<Row> = Answer<readonly Row[]> & {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
  readonly totalIsEstimate: boolean;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly isLoadingMore: boolean;
  readonly newCount: number;
  readonly showNew: () => void;
};

type ListToolsProps<Row> = {
  list: RowPages<Row>;
  /** From `useListFilters`; a list without filters has none. */
  filters?: ListFilters | undefined;
  /** What the text field searches, where the endpoint does: `Title, id or component`. */
  placeholder?: string | undefined;
  /** The order in words: `Newest first`. */
  order: ReactNode;
  /** Beside the filters. */
  beside?: ReactNode;
  /** Beside the order: a small button. */
  besideOrder?: ReactNode;
};

/** Filter bar and count of a list that is a part of its page. */
export function ListTools<Row>({ list, filters, placeholder, order, beside, besideOrder }: ListToolsProps<Row>) {
  return (
    <>
      {filters !== undefined && (
        <FilterBar fields={filters.fields} filters={filters} placeholder={placeholder} hasText={filters.hasText} unheard={filters.unheard}>
          {beside}
        </FilterBar>
      )}
      <CountLine
        shown={list.rows.length}
        total={list.total}
        totalIsEstimate={list.totalIsEstimate}
        newCount={list.newCount}
        onShowNew={list.showNew}
        order={order}
      >
        {besideOrder}
      </CountLine>
    </>
  );
}

type ListScreenProps<Row> = Omit<ScreenProps, 'toolbar' | 'ready'> &
  ListToolsProps<Row> & { /** Over the filters: views, sources. */ above?: ReactNode };

/** A page that is one list. Its children are `ListRows` and what floats over them. */
export function ListScreen<Row>({ list, filters, placeholder, order, beside, above, children, ...screen }: ListScreenProps<Row>) {
  return (
    <Screen
      {...screen}
      ready={list.data !== undefined}
      toolbar={
        <>
          {above}
          <ListTools list={list} filters={filters} placeholder={placeholder} order={order} beside={beside} />
        </>
      }
    >
      {children}
    </Screen>
  );
}

type Paging = 'rows' | 'total' | 'hasMore' | 'onMore' | 'isLoadingMore';
type ListRowsProps<Row> = Omit<DataTableProps<Row>, Paging> & {
  list: RowPages<Row>;
  filters?: ListFilters | undefined;
  /** Something else than the filters narrows the list as well. */
  isNarrowed?: boolean;
  /** When there is nothing at all: what would appear, and the first step; or that all is clear, and what was not covered. */
  empty: ReactNode;
  /** When the filters leave nothing: `No asset matches`. */
  noMatch?: string;
  /** What the reader waits for; the label in small letters unless said. */
  waitsFor?: string | undefined;
  lines?: number;
  refusal?: string;
  /** From `usePeek`: a row opens it. */
  peek?: { readonly id: string | null; readonly open: (row: Row) => void } | undefined;
};

/** The rows, or what stands in their place: loading, empty, no match, refused, failed. */
export function ListRows<Row>(props: ListRowsProps<Row>) {
  const { list, filters, isNarrowed = false, empty, noMatch, waitsFor, lines, refusal, peek, ...table } = props;
  const isFiltered = isNarrowed || filters?.isEmpty === false;
  const nothing = isFiltered ? <NoMatch title={noMatch} filters={filters} /> : empty;
  if (filters?.matchNothing === true) return nothing;
  return (
    <Loaded
      answer={list}
      empty={nothing}
      waitsFor={waitsFor ?? `the ${table.label.toLowerCase()}`}
      {...(lines === undefined ? {} : { lines })}
      {...(refusal === undefined ? {} : { refusal })}
    >
      {(rows) => (
        <DataTable
          {...(peek === undefined ? {} : { onOpen: peek.open, openId: peek.id })}
          {...table}
          rows={rows}
          total={list.total}
          hasMore={list.hasMore}
          onMore={list.loadMore}
          isLoadingMore={list.isLoadingMore}
        />
      )}
    </Loaded>
  );
}

function NoMatch({ title = 'No row matches', filters }: { title?: string | undefined; filters: ListFilters | undefined }) {
  const isMine = filters?.isEmpty === false;
  return (
    <EmptyNote kind="no-match" title={title} actions={isMine ? <Button onClick={filters.clear}>Clear the filters</Button> : undefined}>
      Only what matches every filter above is listed.
    </EmptyNote>
  );
}
