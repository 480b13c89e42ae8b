/** The filters of a list: in the address, and as what its endpoint is asked. */
import { useMemo } from 'react';
import type { z } from 'zod';
import type { FilterField } from './filter.ts';
import { askedOf, heardFields } from './filter-input.ts';
import { type Filters, useFilters } from './use-filters.ts';

/** What the pieces of a list need to know of its filters. */
export type ListFilters = Filters & {
  /** As the endpoint hears them; these are what a filter bar offers. */
  readonly fields: readonly FilterField[];
  /** Whether the endpoint searches by words. */
  readonly hasText: boolean;
  /** Keys of fields whose values the endpoint would refuse. */
  readonly unheard: readonly string[];
  /** Every value of a field is excluded: the endpoint need not be asked. */
  readonly matchNothing: boolean;
};
export type AskedFilters<Input extends z.ZodObject> = ListFilters & {
  /** Spread into the input of the endpoint. */
  readonly asked: Partial<z.input<Input>>;
};

/** @param fields the same array on each render. @param input `listAssets.input`: what the endpoint takes. */
export function useAskedFilters<Input extends z.ZodObject>(fields: readonly FilterField[], input: Input): AskedFilters<Input> {
  const heard = useMemo(() => heardFields(fields, input), [fields, input]);
  const filters = useFilters(heard);
  const { text, filters: chosen } = filters;
  const asked = useMemo(() => askedOf({ text, filters: chosen }, heard, input), [text, chosen, heard, input]);
  return {
    ...filters,
    fields: heard,
    hasText: Object.hasOwn(input.shape, 'q'),
    // Each value has been through the parser of its key.
    asked: asked.input as Partial<z.input<Input>>,
    unheard: asked.unheard,
    matchNothing: asked.matchNothing,
  };
}
