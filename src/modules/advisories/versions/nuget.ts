/** NuGet order: four numbers, then SemVer labels without regard to case; metadata does not count. */
import { comparePre } from './semantic.ts';

const shape = /^v?(\d{1,30})(?:\.(\d{1,30}))?(?:\.(\d{1,30}))?(?:\.(\d{1,30}))?(?:-([0-9a-z.-]{1,200}))?(?:\+[0-9a-z.-]{1,200})?$/;

/** @source NuGet documentation, "Package versioning" (normalised version numbers, pre-release labels). Pure. */
export function compareNugetVersions(left: string, right: string): number | null {
  const a = parse(left);
  const b = parse(right);
  if (a === null || b === null) return null;
  for (const [at, number] of a.numbers.entries()) {
    const other = b.numbers[at] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  return comparePre(a.pre, b.pre);
}

function parse(text: string): { numbers: bigint[]; pre: string[] } | null {
  const match = text.length > 300 ? null : shape.exec(text.toLowerCase());
  if (match === null) return null;
  const [, ...parts] = match;
  const pre = parts[4];
  return { numbers: parts.slice(0, 4).map((part) => BigInt(part ?? '0')), pre: pre === undefined ? [] : pre.split('.') };
}
