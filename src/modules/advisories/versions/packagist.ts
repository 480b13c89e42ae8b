/** Composer order: numbers, then stability dev < alpha < beta < RC < stable < patch. */

const shape =
  /^v?(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)(?:[.-]?(\d{1,18}))?)?([.-]?dev)?(?:\+.{0,100})?$/i;
const stabilities = new Map([
  ['alpha', -4],
  ['a', -4],
  ['beta', -3],
  ['b', -3],
  ['rc', -2],
  ['stable', 0],
  ['patch', 1],
  ['pl', 1],
  ['p', 1],
]);

/** Branch names (`dev-main`) are no versions: unknown. @source Composer documentation, "Versions and constraints"; PHP manual, version_compare. Pure. */
export function comparePackagistVersions(left: string, right: string): number | null {
  const a = parse(left);
  const b = parse(right);
  if (a === null || b === null) return null;
  for (const [at, number] of a.entries()) {
    const other = b[at] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  return 0;
}

function parse(text: string): bigint[] | null {
  const match = text.length > 200 ? null : shape.exec(text.trim());
  if (match === null) return null;
  const [, a, b, c, d, word, count, dev] = match;
  const stability = word === undefined ? 0 : (stabilities.get(word.toLowerCase()) ?? 0);
  // A development version of something comes before it: dev of a release is below its alpha.
  const numbers = [a, b, c, d].map((part) => BigInt(part ?? '0'));
  if (dev !== undefined && word === undefined) return [...numbers, -5n, 0n, 0n];
  return [...numbers, BigInt(stability), BigInt(count ?? '0'), dev === undefined ? 0n : -1n];
}
