/** Calls as data: passed between all parts that read Python. */
import type { PythonScope, Value } from './python-values.ts';

export type Call = { readonly args: readonly Value[]; readonly keywords: ReadonlyMap<string, Value> };

/** Where a call stands, and how it is printed. */
export type Site = {
  readonly at: number;
  readonly end: number;
  readonly scope: PythonScope;
  /** `os.system('id')`: names resolved, known values in place of expressions. */
  expression(callee: string): string;
};

/** A call with the place it stands at. */
export type Invocation = Call & { readonly site: Site };

export const nothingGiven: Call = { args: [], keywords: new Map() };

export function spot({ at, end }: Site): { at: number; end: number } {
  return { at, end };
}
