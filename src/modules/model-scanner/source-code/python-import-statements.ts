/** `import …` and `from … import …`: tokens → tree. */
import type { Statement } from './python-tree.ts';
import type { TokenCursor } from './token-cursor.ts';

function dotted(cursor: TokenCursor): string {
  let name = cursor.takeName();
  while (name !== '' && cursor.isSign('.') && cursor.peek(1).kind === 'name') {
    cursor.next();
    name += `.${cursor.takeName()}`;
  }
  return name;
}

export function readImport(cursor: TokenCursor, at: number): Statement {
  cursor.next();
  const names: { module: string; as: string | null }[] = [];
  do {
    const module = dotted(cursor);
    const as = cursor.takeWord('as') ? cursor.takeName() : null;
    if (module !== '') names.push({ module, as });
  } while (cursor.takeSign(','));
  return { kind: 'import', names, at, end: cursor.lastEnd() };
}

export function readFrom(cursor: TokenCursor, at: number): Statement {
  cursor.next();
  let level = 0;
  while (cursor.isSign('.') || cursor.isSign('...')) level += cursor.next().text.length;
  const module = cursor.isWord('import') ? '' : dotted(cursor);
  cursor.takeWord('import');
  const names: { name: string; as: string | null }[] = [];
  const bracketed = cursor.takeSign('(');
  if (!cursor.takeSign('*'))
    do {
      const name = cursor.takeName();
      const as = cursor.takeWord('as') ? cursor.takeName() : null;
      if (name !== '') names.push({ name, as });
    } while (cursor.takeSign(','));
  if (bracketed) cursor.takeSign(')');
  return { kind: 'from', module, level, names, at, end: cursor.lastEnd() };
}
