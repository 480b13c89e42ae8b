/** What a handler of a named function is given, and what it needs to report. */
import type { Target } from '../pickle/names.ts';
import type { Call, Site } from './python-call.ts';
import { marks, type NamedValue, qualified, type Value } from './python-values.ts';
import type { SourceRun } from './source-run.ts';

export type Outside = { readonly callee: NamedValue; readonly target: Target; readonly call: Call; readonly site: Site };
export type Handler = (run: SourceRun, outside: Outside) => Value;

/** Reached by its name as text, or by a name that was hidden. */
export const disguise = marks.reflected | marks.decoded;

export function expressionOf({ callee, site }: Outside): string {
  return site.expression(qualified(callee));
}
