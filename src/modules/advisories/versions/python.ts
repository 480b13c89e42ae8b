/** PEP 440 order. */
import { type Pep440Version, parse } from '@renovatebot/pep440';

/** Longer ones are no versions but an attempt to keep us busy. */
const longest = 200;
const mostKept = 50_000;

type Part = number | string;
/** Compared from the left; a missing part sorts as the specification says, by its stand-in. */
type Key = {
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre: readonly Part[];
  readonly post: number;
  readonly dev: number;
  readonly local: readonly Part[];
};

/** Parsing costs ten times a comparison, and the same versions come again and again. */
const keys = new Map<string, Key | null>();

function keyOf(text: string): Key | null {
  const known = keys.get(text);
  if (known !== undefined) return known;
  const parsed = text.length <= longest ? parse(text) : null;
  const key = parsed === null ? null : keyFrom(parsed);
  if (keys.size >= mostKept) keys.clear();
  keys.set(text, key);
  return key;
}

const never = Number.POSITIVE_INFINITY;
const first = Number.NEGATIVE_INFINITY;

/** The package's own declaration leaves out that parts may be missing, and that local ones come as a list. */
type Parsed = Pick<Pep440Version, 'epoch' | 'release'> & { readonly [K in 'pre' | 'post' | 'dev']: readonly Part[] | null } & {
  readonly local: readonly Part[] | string | null;
};

function keyFrom({ epoch, release, pre, post, dev, local }: Parsed): Key {
  const numbers = [...release];
  while (numbers.at(-1) === 0) numbers.pop();
  const developing = numberAfter(dev);
  const after = numberAfter(post);
  return {
    epoch,
    release: numbers,
    // A development version of a release comes before its pre-releases; the release itself after them.
    pre: pre ?? [after === null && developing !== null ? first : never],
    post: after ?? first,
    dev: developing ?? never,
    local: typeof local === 'string' ? local.split('.') : (local ?? []),
  };
}

/** `['post', 3]` → 3. */
function numberAfter(part: readonly Part[] | null): number | null {
  return part === null ? null : Number(part[1] ?? 0);
}

/** @source PEP 440 (epoch, release, pre, post, dev, local). Pure but for its memory of parsed versions. */
export function comparePythonVersions(left: string, right: string): number | null {
  const a = keyOf(left);
  const b = keyOf(right);
  if (a === null || b === null) return null;
  return (
    compare(a.epoch, b.epoch) ||
    compareLists(a.release, b.release) ||
    compareLists(a.pre, b.pre) ||
    compare(a.post, b.post) ||
    compare(a.dev, b.dev) ||
    compareLists(a.local, b.local)
  );
}

function compareLists(left: readonly Part[], right: readonly Part[]): number {
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const a = left[at];
    const b = right[at];
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    const step = compare(a, b);
    if (step !== 0) return step;
  }
  return 0;
}

/** Letters of a pre-release lie between "before everything" and "after it"; a local number is above a local word. */
function compare(left: Part, right: Part): number {
  if (left === right) return 0;
  if (typeof left === typeof right) return left < right ? -1 : 1;
  const number = typeof left === 'number' ? left : Number(right);
  const isNumberLower = number === first;
  return (typeof left === 'number') === isNumberLower ? -1 : 1;
}
