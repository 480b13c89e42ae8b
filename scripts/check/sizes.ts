/** Sizes are habits, not laws; but past these stops a file has two subjects and a function does two things. */
import { lineCounter, type Source, walkTree } from '../syntax.ts';
import { type Complaint, isProof } from './complaint.ts';

export const fileStop = 400;
/** Tables of cases are long without being difficult. */
export const proofFileStop = 600;
export const functionStop = 60;

const functions = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
  'Constructor',
]);

export function checkSizes(source: Source): Complaint[] {
  const { path, text } = source;
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const stop = isProof(path) ? proofFileStop : fileStop;
  const tooLong =
    lines > stop ? [{ path, line: null, says: `${lines} lines; the stop is ${stop}. It has more than one subject: split it.` }] : [];
  // A test's function is a suite: its length says nothing.
  return isProof(path) ? tooLong : [...tooLong, ...longFunctions(source)];
}

function longFunctions({ path, text, tree }: Source): Complaint[] {
  const lineOf = lineCounter(text);
  const found: Complaint[] = [];
  walkTree(tree.body, ({ type, span }) => {
    if (!functions.has(type) || !span) return;
    const line = lineOf(span.start);
    // The span ends behind the last character.
    const length = lineOf(span.end - 1) - line + 1;
    if (length > functionStop) found.push({ path, line, says: `a function of ${length} lines; the stop is ${functionStop}.` });
  });
  return found;
}
