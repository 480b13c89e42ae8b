/** Names of columns: blank and repeated ones get names of their own, and the report says which. */
import type { Renamed } from './ingest-report.ts';

const longestName = 200;

/**
 * @param given as they stand in the data; blank, repeated (also when only the case differs), too long and control characters are renamed:
 * `name`, `name_1`, `name_2` …
 */
export function columnNames(given: readonly string[]): { names: string[]; renamed: Renamed[] } {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  const renamed: Renamed[] = [];
  const names = given.map((from, column) => {
    const to = freeName(cleanName(from, column), taken, next);
    taken.add(to.toLowerCase());
    if (to !== from) renamed.push({ column, from: from.slice(0, longestName), to });
    return to;
  });
  return { names, renamed };
}

function cleanName(from: string, column: number): string {
  const clean = from
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .slice(0, longestName);
  return clean === '' ? `column_${column + 1}` : clean;
}

function freeName(name: string, taken: ReadonlySet<string>, next: Map<string, number>): string {
  const key = name.toLowerCase();
  if (!taken.has(key)) return name;
  let number = next.get(key) ?? 1;
  while (taken.has(`${key}_${number}`)) number++;
  next.set(key, number + 1);
  return `${name}_${number}`;
}
