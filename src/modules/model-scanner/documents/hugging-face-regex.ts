/**
 * Regular expressions whose matching time grows exponentially: a repeated group that can match the same text in several ways.
 * @source Weideman et al. 2016, "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers": infinite ambiguity under a star.
 */

type Node = {
  /** Fewest and most repetitions of this node. */
  readonly least: number;
  readonly most: number;
  /** Alternatives of a group; null for a single character, class or assertion. */
  readonly alternatives: readonly (readonly Node[])[] | null;
  /** As written, for comparing alternatives; '' matches nothing by itself. */
  readonly text: string;
};

const longestPattern = 20_000;
const deepest = 60;

/** @returns in words, or null when no such shape stands in the pattern. Polynomial growth is not looked for. */
export function backtracksWithoutEnd(pattern: string): string | null {
  if (pattern.length > longestPattern) return null;
  const parser = new PatternParser(pattern);
  const waiting: Node[] = [...parser.alternatives(0).flat()];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (!node.alternatives) continue;
    waiting.push(...node.alternatives.flat());
    if (node.most < 10) continue;
    const ambiguous = ambiguityOf(node.alternatives);
    if (ambiguous !== null) return ambiguous;
  }
  return null;
}

function ambiguityOf(alternatives: readonly (readonly Node[])[]): string | null {
  for (const branch of alternatives) {
    const needed = branch.filter(({ least, text }) => least > 0 && text !== '');
    const repeated = branch.filter((node) => node.most >= 10 || innerRepeats(node));
    // One part repeats and nothing else must stand beside it: where one round ends and the next begins is open.
    if (repeated.length > 0 && needed.every((node) => repeated.includes(node)) && needed.length <= 1)
      return 'repeats a part that repeats itself';
  }
  const written = alternatives.map((branch) => branch.map(({ text, least, most }) => `${text}{${least},${most}}`).join(''));
  if (new Set(written).size < written.length) return 'repeats a choice between equal parts';
  const plain = alternatives.filter((branch) => branch.length === 1).map((branch) => branch[0]?.text ?? '');
  return plain.includes('.') && plain.length > 1 ? 'repeats a choice in which any character fits two ways' : null;
}

/** A group that stands once and holds nothing but a repeated part. */
function innerRepeats({ alternatives }: Node): boolean {
  return alternatives?.some((branch) => branch.length === 1 && (branch[0]?.most ?? 0) >= 10) === true;
}

class PatternParser {
  readonly #pattern: string;
  #at = 0;
  constructor(pattern: string) {
    this.#pattern = pattern;
  }
  alternatives(depth: number): Node[][] {
    const all: Node[][] = [[]];
    while (this.#at < this.#pattern.length) {
      const character = this.#pattern[this.#at];
      if (character === ')') break;
      this.#at += 1;
      if (character === '|') all.push([]);
      else all.at(-1)?.push(this.#quantified(this.#atom(character ?? '', depth)));
    }
    return all;
  }
  #atom(character: string, depth: number): Pick<Node, 'alternatives' | 'text'> {
    if (character === '(') return this.#group(depth);
    if (character === '[') return { alternatives: null, text: this.#class() };
    if (character === '^' || character === '$') return { alternatives: null, text: '' };
    if (character !== '\\') return { alternatives: null, text: character };
    const escaped =
      /^(?:[pP]\{[^}]{0,60}\}|x\{[^}]{0,10}\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])/.exec(
        this.#pattern.slice(this.#at, this.#at + 70),
      )?.[0] ?? '';
    this.#at += escaped.length;
    return { alternatives: null, text: /^[bBAzZG]$/.test(escaped) ? '' : `\\${escaped}` };
  }
  #group(depth: number): Pick<Node, 'alternatives' | 'text'> {
    const opening = /^\?(?:[:=!>|]|<[=!]|P?<\w{1,60}>|[a-zA-Z-]{1,10}:?)/.exec(this.#pattern.slice(this.#at, this.#at + 70))?.[0] ?? '';
    const start = this.#at;
    this.#at += opening.length;
    const alternatives = depth < deepest ? this.alternatives(depth + 1) : [];
    const text = this.#pattern.slice(start, this.#at);
    if (this.#pattern[this.#at] === ')') this.#at += 1;
    // Looking around takes no text, an atomic group gives none back, and flags alone are no group.
    const isFixed = /^\?(?:[=!>]|<[=!])/.test(opening);
    return { alternatives: isFixed ? null : alternatives, text: isFixed && opening !== '?>' ? '' : text };
  }
  #class(): string {
    const start = this.#at;
    let depth = 1;
    for (; this.#at < this.#pattern.length && depth > 0; this.#at++) {
      const character = this.#pattern[this.#at];
      if (character === '\\') this.#at += 1;
      else if (character === '[') depth += 1;
      else if (character === ']' && this.#at > start) depth -= 1;
    }
    return `[${this.#pattern.slice(start, this.#at)}`;
  }
  #quantified(atom: Pick<Node, 'alternatives' | 'text'>): Node {
    const quantifier = /^(?:[*+?]|\{(\d{0,6})(,?)(\d{0,6})\})/.exec(this.#pattern.slice(this.#at, this.#at + 20));
    if (!quantifier) return { ...atom, least: 1, most: 1 };
    this.#at += quantifier[0].length;
    const next = this.#pattern[this.#at];
    // A possessive repetition gives nothing back.
    const isPossessive = next === '+' && !quantifier[0].startsWith('{');
    if (next === '?' || isPossessive) this.#at += 1;
    const [least, most] = boundsOf(quantifier);
    return { ...atom, least, most: isPossessive ? 1 : most };
  }
}

function boundsOf([whole, first, comma, last]: RegExpExecArray): [number, number] {
  if (whole === '*') return [0, Number.POSITIVE_INFINITY];
  if (whole === '+') return [1, Number.POSITIVE_INFINITY];
  if (whole === '?') return [0, 1];
  const least = Number(first || 0);
  if (comma === '') return [least, least];
  return [least, last === '' ? Number.POSITIVE_INFINITY : Number(last)];
}
