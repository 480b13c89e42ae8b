/** RubyGems order: runs of digits and of letters; a letter run makes it a pre-release and stands below any number. */

const shape = /^[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
type Segment = bigint | string;

/** @source RubyGems documentation of Gem::Version, "<=>": segments compared from the left, text below numbers, trailing zeros do not count. Pure. */
export function compareGemVersions(left: string, right: string): number | null {
  const a = segments(left);
  const b = segments(right);
  if (a === null || b === null) return null;
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const step = compareSegments(a[at] ?? 0n, b[at] ?? 0n);
    if (step !== 0) return step;
  }
  return 0;
}

function segments(text: string): Segment[] | null {
  const version = text.trim();
  if (version.length > 200 || !shape.test(version)) return null;
  const runs = version.replaceAll('-', '.pre.').match(/[0-9]+|[a-zA-Z]+/g) ?? [];
  return withoutZeros(runs.map((run): Segment => (/^\d/.test(run) ? BigInt(run) : run)));
}

/** Zeros at the end, and those right before the first word, say nothing: 1.0.a equals 1.a. */
function withoutZeros(all: readonly Segment[]): Segment[] {
  const word = all.findIndex((segment) => typeof segment === 'string');
  const head = trimmed(word < 0 ? all : all.slice(0, word));
  return word < 0 ? head : [...head, ...trimmed(all.slice(word))];
}
function trimmed(list: readonly Segment[]): Segment[] {
  let end = list.length;
  while (end > 0 && list[end - 1] === 0n) end -= 1;
  return list.slice(0, end);
}

function compareSegments(a: Segment, b: Segment): number {
  if (typeof a !== typeof b) return typeof a === 'string' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
