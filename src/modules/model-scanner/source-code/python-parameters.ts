/** Parameters of functions and lambdas. */
import type { Expression, Parameter } from './python-tree.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Parameters up to `close`, which is not taken; `readExpression` reads annotations and defaults. */
export function readParameters(cursor: TokenCursor, close: ':' | ')', readExpression: (cursor: TokenCursor) => Expression): Parameter[] {
  const parameters: Parameter[] = [];
  while (!cursor.isSign(close) && cursor.peek().kind !== 'end' && cursor.peek().kind !== 'newline') {
    const star = cursor.takeSign('**') ? '**' : cursor.takeSign('*') ? '*' : '';
    const name = cursor.takeName();
    if (close === ')' && cursor.takeSign(':')) readExpression(cursor);
    const value = cursor.takeSign('=') ? readExpression(cursor) : null;
    if (name !== '') parameters.push({ name, star, default: value });
    if (!cursor.takeSign(',') && !cursor.takeSign('/') && !cursor.isSign(close)) cursor.next();
  }
  return parameters;
}
