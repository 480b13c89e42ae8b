/** What versions a requirement allows, as spans. Written by the rules of each ecosystem; null: not understood. */
import { Range } from 'semver';
import type { Ecosystem } from '../versions/order.ts';
import { comparePythonVersions } from '../versions/python.ts';
import { type Bound, everything, type Interval, overlaps } from './interval.ts';

const longest = 500;

/**
 * @param requirement as written in a manifest: `>=1.0,<2`, `^1.2`, `[1.0,2.0)`; '' and `*` allow everything, '' of Maven and NuGet is not written here.
 * @returns spans of which one must hold, the oldest first; an exclusion (`!=`) ends one and begins the next. Empty: nothing is allowed.
 */
export function allowedIntervals(ecosystem: Ecosystem, requirement: string): Interval[] | null {
  const text = requirement.trim();
  if (text.length > longest) return null;
  // Java and .NET leave a version out where another file decides it: which one is not written here.
  if (text === '' && (ecosystem === 'Maven' || ecosystem === 'NuGet')) return null;
  if (text === '' || text === '*' || /^(?:latest|release)$/i.test(text)) return [everything];
  switch (ecosystem) {
    case 'PyPI':
      return pythonIntervals(text);
    case 'npm':
      return semverIntervals(text);
    case 'crates.io':
      return semverIntervals(cargoAsNpm(text));
    case 'Maven':
    case 'NuGet':
      return bracketIntervals(text);
    default:
      return null;
  }
}

/** A bare version asks for compatible ones. @source Cargo book, "Specifying dependencies" */
function cargoAsNpm(text: string): string {
  return text
    .split(',')
    .map((part) => part.trim())
    .map((part) => (/^\d/.test(part) && !part.includes('*') ? `^${part}` : part))
    .join(' ');
}

function semverIntervals(text: string): Interval[] | null {
  let range: Range;
  try {
    range = new Range(text, { loose: true });
  } catch {
    // An address, a tag or an alias: which versions it gives is not written here.
    return null;
  }
  return range.set.map((comparators) => {
    let span = everything;
    for (const { operator, semver } of comparators) {
      const version = semver?.version;
      if (version === undefined) continue;
      if (operator === '' || operator === undefined) span = exactly(version);
      if (operator === '>' || operator === '>=') span = { ...span, from: { version, inclusive: operator === '>=' } };
      if (operator === '<' || operator === '<=')
        span = { ...span, to: { version: version.replace(/-0$/, ''), inclusive: operator === '<=' } };
    }
    return span;
  });
}

function exactly(version: string): Interval {
  return { from: { version, inclusive: true }, to: { version, inclusive: true }, fixed: null };
}

/** @source PEP 440, "Version specifiers" */
function pythonIntervals(text: string): Interval[] | null {
  let span = everything;
  const excluded: Interval[] = [];
  for (const part of text.replace(/^\(|\)$/g, '').split(',')) {
    const match = /^\s*(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;]{1,100})\s*$/.exec(part);
    if (match === null) return null;
    const [, operator = '', version = ''] = match;
    const next = pythonClause(operator === '!=' ? '==' : operator, version);
    if (next === null) return null;
    if (operator === '!=') excluded.push(next);
    else span = { from: narrower(span.from, next.from, 1), to: narrower(span.to, next.to, -1), fixed: null };
  }
  return excluded.reduce((left, hole) => left.flatMap((one) => without(one, hole)), [span]);
}

/** Of two lower (side 1) or upper (side -1) bounds the one that allows less. */
function narrower(one: Bound | null, other: Bound | null, side: 1 | -1): Bound | null {
  if (one === null || other === null) return one ?? other;
  const step = (comparePythonVersions(one.version, other.version) ?? 0) * side;
  if (step !== 0) return step > 0 ? one : other;
  return one.inclusive ? other : one;
}

/** What is left of a span when a hole is cut into it, in the order of versions. */
function without(span: Interval, hole: Interval): Interval[] {
  if (overlaps(span, hole, comparePythonVersions) !== true) return [span];
  const before: Interval = { ...span, to: hole.from && { version: hole.from.version, inclusive: !hole.from.inclusive } };
  const after: Interval = { ...span, from: hole.to && { version: hole.to.version, inclusive: !hole.to.inclusive } };
  return [before, after].filter(({ from, to }) => {
    if (from === null || to === null) return true;
    const step = comparePythonVersions(from.version, to.version);
    return step === null || step < 0 || (step === 0 && from.inclusive && to.inclusive);
  });
}

function pythonClause(operator: string, version: string): Interval | null {
  switch (operator) {
    case '<':
    case '<=':
      return { ...everything, to: { version, inclusive: operator === '<=' } };
    case '>':
    case '>=':
      return { ...everything, from: { version, inclusive: operator === '>=' } };
    case '~=': {
      const parts = version.split('.');
      return parts.length < 2 ? null : prefixed(version, parts.slice(0, -1));
    }
    default:
      return version.endsWith('.*') ? prefixed(version.slice(0, -2), version.slice(0, -2).split('.')) : exactly(version);
  }
}

/** From a version up to where the last of the given parts would be one more. */
function prefixed(from: string, parts: readonly string[]): Interval | null {
  const last = parts.at(-1) ?? '';
  if (!/^\d{1,18}$/.test(last)) return null;
  const next = [...parts.slice(0, -1), String(BigInt(last) + 1n)].join('.');
  return { from: { version: from, inclusive: true }, to: { version: `${next}.dev0`, inclusive: false }, fixed: null };
}

/** Maven and NuGet: `[1.0,2.0)`, `[1.0]`, `(,1.0]`; a bare version is the lowest one. Several spans are separated by commas between brackets. */
function bracketIntervals(text: string): Interval[] | null {
  if (/^[^[(]/.test(text)) return /[,\s*$]/.test(text) ? null : [{ ...everything, from: { version: text, inclusive: true } }];
  const found: Interval[] = [];
  const shape = /\s*([[(])\s*([^,\])]{0,100})(,?)\s*([^\])]{0,100})([\])])\s*,?/y;
  let at = 0;
  while (at < text.length) {
    shape.lastIndex = at;
    const match = shape.exec(text);
    if (match === null) return null;
    at = shape.lastIndex;
    const [, left, from = '', comma, to = '', right] = match;
    const start = from.trim();
    const end = comma === '' ? start : to.trim();
    found.push({
      from: start === '' ? null : { version: start, inclusive: left === '[' },
      to: end === '' ? null : { version: end, inclusive: right === ']' },
      fixed: null,
    });
  }
  return found;
}
