/** An expression as words with their places: the first bound on what a caller may write. */
import { dataProblems } from '../refusal.ts';

export const longestExpression = 2000;

export type Token = {
  readonly kind: 'number' | 'text' | 'column' | 'word' | 'sign' | 'end';
  /** Of texts and quoted columns: what stands between the quotes. Words in lower case. */
  readonly text: string;
  /** As written: a name keeps its capitals. */
  readonly written: string;
  /** 1-based character. */
  readonly at: number;
};

/** One alternative after the other, each linear: space, number, 'text', `column`, name, sign. */
const pieces =
  /(\s+)|(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)|'((?:[^']|'')*)'|`((?:[^`]|``)+)`|([\p{L}_][\p{L}\p{N}_]*)|(<=|>=|!=|[=<>+\-*/%(),])/uy;

/** @throws data-quality.badRule that says where. */
export function tokensOf(expression: string): Token[] {
  if (expression.length > longestExpression)
    throw dataProblems.badRule({ rule: shown(expression), reason: `it is longer than ${longestExpression} characters` });
  const tokens: Token[] = [];
  pieces.lastIndex = 0;
  while (pieces.lastIndex < expression.length) {
    const at = pieces.lastIndex;
    const found = pieces.exec(expression);
    if (found === null) throw wrong(expression, at + 1, unreadable(expression[at] ?? ''));
    const [written, space] = found;
    if (space === undefined) tokens.push({ ...tokenOf(found), written, at: at + 1 });
  }
  tokens.push({ kind: 'end', text: '', written: '', at: expression.length + 1 });
  return tokens;
}

function tokenOf([, , number, text, column, word, sign]: RegExpExecArray): Pick<Token, 'kind' | 'text'> {
  if (number !== undefined) return { kind: 'number', text: number };
  if (text !== undefined) return { kind: 'text', text: text.replaceAll("''", "'") };
  if (column !== undefined) return { kind: 'column', text: column.replaceAll('``', '`') };
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase() };
  return { kind: 'sign', text: sign ?? '' };
}

function unreadable(character: string): string {
  if (character === "'" || character === '`') return 'the quote is never closed';
  return `${JSON.stringify(character)} has no meaning here`;
}

export function wrong(expression: string, at: number, reason: string): Error {
  return dataProblems.badRule({ rule: shown(expression), reason: `character ${at}: ${reason}` });
}

const shown = (expression: string): string => JSON.stringify(expression.slice(0, 200));
