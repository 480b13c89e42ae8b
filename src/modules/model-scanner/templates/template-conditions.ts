/** Tests of a template that wait for words of the conversation, or for a day. */
import type { JinjaExpression } from './jinja-tree.ts';

export type Waited = { readonly text: string; readonly about: JinjaExpression };

/** `'word' in content`, `content == 'word'`, `content.startswith('word')`, at any place of the test. */
export function waitedFor(test: JinjaExpression, depth: number): Waited[] {
  if (depth > 20) return [];
  if (test.kind === 'not') return [];
  if (test.kind === 'call' && test.callee.kind === 'attribute' && /^(startswith|endswith|count|find|index)$/.test(test.callee.name)) {
    const [first] = test.args;
    return first?.value.kind === 'constant' && typeof first.value.value === 'string'
      ? [{ text: first.value.value, about: test.callee.of }]
      : [];
  }
  if (test.kind !== 'chain') return [];
  const [{ sign, operand } = { sign: '', operand: test.first }] = test.rest;
  if (sign === 'and' || sign === 'or')
    return [test.first, ...test.rest.map((part) => part.operand)].flatMap((part) => waitedFor(part, depth + 1));
  if (sign !== 'in' && sign !== '==') return [];
  const constant = [test.first, operand].find((side) => side.kind === 'constant' && typeof side.value === 'string');
  const about = constant === test.first ? operand : test.first;
  return constant?.kind === 'constant' && typeof constant.value === 'string' ? [{ text: constant.value, about }] : [];
}

/** Plain words, not a mark: marks of chat formats have brackets, bars, slashes, colons or capitals only. */
export function isProse(text: string): boolean {
  return /\p{L}{3}/u.test(text) && !/[<>[\]{}|/\\`#@*_=:\n]/.test(text) && text !== text.toUpperCase();
}

export function asksTheDate(test: JinjaExpression, depth: number): boolean {
  if (depth > 20 || test.kind !== 'chain') return false;
  return [test.first, ...test.rest.map(({ operand }) => operand)].some(
    (part) => (part.kind === 'call' && part.callee.kind === 'name' && part.callee.name === 'strftime_now') || asksTheDate(part, depth + 1),
  );
}
