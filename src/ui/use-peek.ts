/** Which row of a list is peeked at: kept in the address, with its place and its neighbours. */
import { useQueryValue } from './query-state.ts';

type Peekable<Row> = { readonly rows: readonly Row[]; readonly total?: number | undefined };

export type PeekState<Row> = {
  readonly id: string | null;
  /** null as long as the peeked row is not among the loaded ones. */
  readonly row: Row | null;
  /** The first peek is a step to go back from; the next ones replace it. */
  readonly open: (row: Row) => void;
  readonly openId: (id: string | null) => void;
  readonly close: () => void;
  /** What a `Peek` wants to know of the list. */
  readonly placing: {
    readonly place: { readonly index: number; readonly of: number } | undefined;
    readonly onPrevious: (() => void) | undefined;
    readonly onNext: (() => void) | undefined;
    readonly onClose: () => void;
  };
};

export function usePeek<Row extends { readonly id: string }>({ rows, total }: Peekable<Row>): PeekState<Row> {
  const [id, setId] = useQueryValue('peek');
  const index = id === null ? -1 : rows.findIndex((row) => row.id === id);
  const neighbour = (at: number): (() => void) | undefined => {
    const row = index < 0 ? undefined : rows[at];
    return row === undefined ? undefined : () => setId(row.id);
  };
  const close = (): void => setId(null);
  return {
    id,
    row: rows[index] ?? null,
    open: (row) => setId(row.id, { step: id === null }),
    openId: setId,
    close,
    placing: {
      place: index < 0 || total === undefined ? undefined : { index: index + 1, of: total },
      onPrevious: neighbour(index - 1),
      onNext: neighbour(index + 1),
      onClose: close,
    },
  };
}
