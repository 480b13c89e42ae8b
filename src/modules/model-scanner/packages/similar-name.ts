/** Names one letter away from a package that AI projects use: how a wrong package gets installed. */
import type { Ecosystem } from './package-url.ts';

export type PackageNames = {
  /** By ecosystem: packages that AI projects use and names that are commonly mistaken. */
  readonly known: ReadonlyMap<Ecosystem, ReadonlySet<string>>;
  /** By ecosystem: packages of others whose names happen to be close. */
  readonly neighbours: ReadonlyMap<Ecosystem, ReadonlySet<string>>;
};

/** Shorter names have too many honest neighbours: `ai`, `onnx`, `keras`. */
const shortest = 6;

/**
 * @param name in normal form.
 * @returns the known package it is one insertion, deletion, replacement or swap away from; null when there is none, or
 *   when it is a package we know itself. A scope or namespace must be the same.
 * Pure; O(length) look-ups and comparisons.
 */
export function similarPackage({ known, neighbours }: PackageNames, ecosystem: Ecosystem, name: string): string | null {
  const names = known.get(ecosystem);
  if (names === undefined || name.length < shortest - 1 || name.length > 100 || names.has(name)) return null;
  if (neighbours.get(ecosystem)?.has(name)) return null;
  for (const candidate of names) {
    if (candidate.length < shortest || Math.abs(candidate.length - name.length) > 1) continue;
    if (isOneEditApart(name, candidate) && !isOrdinary(name, candidate)) return candidate;
  }
  return null;
}

/** A plural, or another number at the end, is how related packages are called. */
function isOrdinary(name: string, candidate: string): boolean {
  const [short = '', long = ''] = name.length < candidate.length ? [name, candidate] : [candidate, name];
  if (long.length > short.length && long.startsWith(short) && /[0-9]$/.test(long)) return true;
  return (
    name.length === candidate.length && name.slice(0, -1) === candidate.slice(0, -1) && /[0-9]$/.test(name) && /[0-9]$/.test(candidate)
  );
}

/** One insertion, deletion, replacement, or swap of neighbours. Pure; O(length). */
export function isOneEditApart(left: string, right: string): boolean {
  if (left === right || Math.abs(left.length - right.length) > 1) return false;
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let leftEnd = left.length - 1;
  let rightEnd = right.length - 1;
  while (leftEnd >= start && rightEnd >= start && left[leftEnd] === right[rightEnd]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  const leftRest = left.slice(start, leftEnd + 1);
  const rightRest = right.slice(start, rightEnd + 1);
  if (leftRest.length <= 1 && rightRest.length <= 1) return true;
  return leftRest.length === 2 && rightRest.length === 2 && leftRest[0] === rightRest[1] && leftRest[1] === rightRest[0];
}
