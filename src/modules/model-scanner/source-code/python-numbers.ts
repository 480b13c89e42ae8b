/** Number literals of Python 2 and 3. */
import type { Expression } from './python-tree.ts';

export function numberLiteral(text: string, at: number, end: number): Expression {
  const plain = text.replaceAll('_', '').replace(/[lL]$/, '');
  if (/^(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|\d+)$/.test(plain) && plain.length <= 4000)
    return { kind: 'integer', value: BigInt(/^0\d/.test(plain) ? plain.replace(/^0+(?=\d)/, '') : plain), at, end };
  return { kind: 'float', value: Number.parseFloat(plain), at, end };
}
