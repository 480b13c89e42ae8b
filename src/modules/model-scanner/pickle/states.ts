/**
 * Classes that run text of their state when they are loaded: allowed as they are, harmful with another text. Pure.
 * @source SciPy `rv_generic._attach_argparser_methods` executes `_parse_arg_template`; statsmodels `ModelData.__setstate__` evaluates the
 * formula of models that were made from one.
 */
import type { Target } from './names.ts';
import type { Sequence, Value } from './values.ts';

type Rule = {
  /** The class lies in this package. */
  readonly package: string;
  readonly key: string;
  /** Is the text what the library itself writes? */
  readonly ordinary: (text: string) => boolean;
};

const templateLines: readonly RegExp[] = [
  /^def _parse_args(?:_rvs|_stats)?\(self,[\w\s,=']{0,500}\):$/,
  /^ {4}return \([\w\s,]{0,500}\), loc, (?:scale|1)(?:, moments)?$/,
  /^ {4}return self\._argcheck_rvs\([\w\s,=]{0,500}\)$/,
  /^$/,
];

const isTemplate = (text: string): boolean => text.split('\n').every((line) => templateLines.some((pattern) => pattern.test(line)));

const formulaFunctions: ReadonlySet<string> = new Set(
  'C I Q T Treatment Sum Poly Diff Helmert Simple center standardize scale bs cr cc cs te poly hashed lag lead log log2 log10 log1p exp expm1 sqrt abs np.log np.log2 np.log10 np.log1p np.exp np.expm1 np.sqrt np.abs np.sin np.cos np.power np.square np.sign'.split(
    ' ',
  ),
);
const codeInFormula = /__|[[\]{}\\;`@]|\b(?:lambda|for|import|if|else|yield|await)\b/;

function isFormula(text: string): boolean {
  if (text.length > 20_000 || codeInFormula.test(text)) return false;
  return [...text.matchAll(/([A-Za-z_][\w.]*)\s*\(/g)].every(([, name]) => formulaFunctions.has(name ?? ''));
}

const rules: readonly Rule[] = [
  { package: 'scipy.stats', key: '_parse_arg_template', ordinary: isTemplate },
  { package: 'statsmodels', key: 'formula', ordinary: isFormula },
];

/** Keys and values of a state, one behind the other; null when they cannot be known. */
function pairsOf(state: Value): readonly Value[] | null {
  if (state.kind === 'none') return [];
  if (state.kind === 'dict') return state.count * 2 > state.items.length ? null : state.items;
  if (state.kind === 'call') return state.items ?? null;
  if (state.kind !== 'tuple' && state.kind !== 'list') return null;
  const parts = state.items.map((part) => (part.kind === 'dict' ? pairsOf(part) : isPair(part) ? part.items : []));
  return state.count > state.items.length || parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
}

/** `dict.update` takes a sequence of pairs as well. */
const isPair = (value: Value): value is Sequence => (value.kind === 'tuple' || value.kind === 'list') && value.count === 2;

/**
 * What loading the state runs.
 * @returns `ordinary` when nothing or only what the library writes, the text when it is something else, `unknown` when it cannot be seen.
 */
export function codeInState(
  { module }: Target,
  state: Value,
): { readonly verdict: 'ordinary' | 'unknown' } | { readonly verdict: 'code'; readonly text: string } {
  const rule = rules.find((candidate) => module === candidate.package || module.startsWith(`${candidate.package}.`));
  if (!rule) return { verdict: 'ordinary' };
  const pairs = pairsOf(state);
  if (pairs === null) return { verdict: 'unknown' };
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const [key, value] = [pairs[at], pairs[at + 1]];
    if (key?.kind !== 'text' || key.text !== rule.key || value?.kind === 'none') continue;
    if (value?.kind !== 'text' || value.cut) return { verdict: 'unknown' };
    if (!rule.ordinary(value.text)) return { verdict: 'code', text: value.text };
  }
  return { verdict: 'ordinary' };
}
