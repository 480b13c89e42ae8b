/** The filters of this page, kept in its address. */
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { type Filter, type FilterField, type FilterState, type Operator, readFilters, valuesOf, writeFilters } from './filter.ts';

export type Filters = FilterState & {
  readonly change: (change: Partial<FilterState>) => void;
  /** Comma-joined values of one field, as endpoints take them; undefined when not filtered. */
  readonly value: (field: string, operator?: Operator) => string | undefined;
  readonly values: (field: string, operator?: Operator) => readonly string[] | undefined;
  readonly clear: () => void;
  readonly isEmpty: boolean;
};

/** `fields` must be the same array on each render: a constant of the module, or memoised. */
export function useFilters(fields: readonly FilterField[]): Filters {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => readFilters(params, fields), [params, fields]);
  const change = useCallback(
    (part: Partial<FilterState>) => {
      setParams((previous) => writeFilters(previous, fields, { ...readFilters(previous, fields), ...part }), {
        replace: part.filters === undefined,
      });
    },
    [fields, setParams],
  );
  return {
    ...state,
    change,
    values: (field, operator) => valuesOf(state, field, operator),
    value: (field, operator) => valuesOf(state, field, operator)?.join(','),
    clear: () => change({ text: '', filters: [] }),
    isEmpty: state.text === '' && state.filters.length === 0,
  };
}

/** The last chip taken off, as Backspace does. */
export function withoutLast(filters: readonly Filter[]): readonly Filter[] {
  return filters.slice(0, -1);
}
