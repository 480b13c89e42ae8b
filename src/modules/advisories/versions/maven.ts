/** Maven order: tokens of digits and letters, known qualifiers before unknown ones, empty padding. */

type Token = { readonly separator: '.' | '-'; readonly value: bigint | string };

/** Below the release, in this order; unknown words stand above `sp`. @source Maven POM reference, "Version order specification" */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const aliases = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);
const shortForms = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

/** @source Maven POM reference, "Version order specification", steps 1 to 4. Any text is a version there. Pure; O(length). */
export function compareMavenVersions(left: string, right: string): number | null {
  if (left === '' || right === '' || left.length > 200 || right.length > 200) return null;
  const a = tokensOf(left);
  const b = tokensOf(right);
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const step = compareTokens(a[at] ?? padding(b[at]), b[at] ?? padding(a[at]));
    if (step !== 0) return step;
  }
  return 0;
}

/** The shorter one is padded with what says nothing: 0 after a dot or a number, the release after a word. */
function padding(against: Token | undefined): Token {
  return { separator: against?.separator ?? '.', value: typeof against?.value === 'bigint' ? 0n : '' };
}

/** A dot, a dash, and each change between digits and letters separates; the change counts as a dash. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let separator: '.' | '-' | null = '.';
  for (const part of text.toLowerCase().match(/[.-]|\d+|[^\d.-]+/g) ?? []) {
    if (part === '.' || part === '-') {
      // Two separators in a row, or one at the beginning: nothing stands between them, which counts as 0.
      if (separator !== null) tokens.push({ separator, value: 0n });
      separator = part;
      continue;
    }
    tokens.push({ separator: separator ?? '-', value: /^\d/.test(part) ? BigInt(part) : part });
    separator = null;
  }
  return trimmed(withWords(tokens));
}

/** `a1` is alpha 1; `a` alone stays a word of its own. */
function withWords(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    if (typeof token.value !== 'string') return token;
    const next = tokens[at + 1];
    const short = typeof next?.value === 'bigint' ? shortForms.get(token.value) : undefined;
    return { ...token, value: short ?? aliases.get(token.value) ?? token.value };
  });
}

/** Values that say nothing are dropped at the end, and before each dash. */
function trimmed(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.separator === '-') dropEmptyEnd(kept);
    kept.push(token);
  }
  dropEmptyEnd(kept);
  return kept;
}
function dropEmptyEnd(kept: Token[]): void {
  while (kept.length > 0 && (kept.at(-1)?.value === 0n || kept.at(-1)?.value === '')) kept.pop();
}

/** Kinds in rising order when they meet: a word below `-number` below `.number`. */
function kindOf({ separator, value }: Token): number {
  if (typeof value === 'string') return 0;
  return separator === '-' ? 1 : 2;
}

function compareTokens(a: Token, b: Token): number {
  const kinds = kindOf(a) - kindOf(b);
  if (typeof a.value === 'bigint' && typeof b.value === 'bigint') {
    if (kinds !== 0) return kinds;
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  }
  if (kinds !== 0) return kinds;
  return compareWords(String(a.value), String(b.value));
}

function compareWords(a: string, b: string): number {
  const left = qualifiers.indexOf(a);
  const right = qualifiers.indexOf(b);
  if (left >= 0 || right >= 0) return (left < 0 ? qualifiers.length : left) - (right < 0 ? qualifiers.length : right);
  return a < b ? -1 : a > b ? 1 : 0;
}
