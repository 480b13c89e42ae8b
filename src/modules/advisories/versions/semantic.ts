/** SemVer 2.0.0 order for npm, crates.io and Go: pseudo-versions are pre-releases, `+incompatible` is build metadata. */

type Parsed = { readonly numbers: readonly bigint[]; readonly pre: readonly string[] };

const shape = /^[v=]?(\d{1,30})(?:\.(\d{1,30}))?(?:\.(\d{1,30}))?(?:-([0-9A-Za-z.-]{1,200}))?(?:\+[0-9A-Za-z.-]{1,200})?$/;

/**
 * Two-part and one-part versions count as padded with zeros, as advisories write them.
 * @source SemVer 2.0.0, section 11; Go modules reference, "Pseudo-versions". Pure.
 */
export function compareSemanticVersions(left: string, right: string): number | null {
  const a = parse(left);
  const b = parse(right);
  if (a === null || b === null) return null;
  for (const [at, number] of a.numbers.entries()) {
    const other = b.numbers[at] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  return comparePre(a.pre, b.pre);
}

function parse(text: string): Parsed | null {
  const match = text.length > 300 ? null : shape.exec(text);
  if (match === null) return null;
  const [, major = '0', minor = '0', patch = '0', pre = ''] = match;
  return { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], pre: pre === '' ? [] : pre.split('.') };
}

/** Numbers below words, fewer parts below more, and any pre-release below the release itself. */
export function comparePre(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return Math.sign(right.length - left.length);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const a = left[at];
    const b = right[at];
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    const step = compareIdentifiers(a, b);
    if (step !== 0) return step;
  }
  return 0;
}

const digits = /^\d+$/;
function compareIdentifiers(a: string, b: string): number {
  const isNumber = digits.test(a);
  if (isNumber !== digits.test(b)) return isNumber ? -1 : 1;
  if (!isNumber) return a < b ? -1 : a > b ? 1 : 0;
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
