/** Turns one TypeScript module into JavaScript that keeps its place in the tree: `src/a/b.ts` becomes `dist/a/b.js`. */
import { transform } from 'esbuild';
import { isNode, type Node, parseText, stringOf, walkTree } from '../syntax.ts';

/** A name of another module of ours inside the source: where its literal stands (bytes, quotes included) and what it says. */
type Reference = { readonly start: number; readonly end: number; readonly specifier: string };
export type Plain = { readonly code: string; readonly needs: readonly string[] };

/**
 * Types are stripped and `.ts` in the names of own modules becomes `.js`: in imports, and in files that are started by their
 * place beside this one (`new URL('./worker.ts', import.meta.url)`, `join(import.meta.dirname, 'main.ts')`).
 * @returns the code and the modules it needs, as they are named in the source.
 */
export async function toPlainJavaScript(path: string, text: string): Promise<Plain> {
  const references = referencesIn(path, text);
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  let done = 0;
  for (const { start, end, specifier } of references) {
    pieces.push(bytes.subarray(done, start), Buffer.from(JSON.stringify(specifier.replace(/\.ts$/, '.js'))));
    done = end;
  }
  pieces.push(bytes.subarray(done));
  const { code } = await transform(Buffer.concat(pieces).toString('utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node24',
    // As Node itself strips types: an import stays an import, also when only its effects are wanted.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return { code, needs: references.map(({ specifier }) => (specifier.startsWith('.') ? specifier : `./${specifier}`)) };
}

function referencesIn(path: string, text: string): Reference[] {
  const found: Reference[] = [];
  walkTree(parseText(path, text).tree.body, (node) => {
    for (const literal of literalsOf(node)) {
      const specifier = stringOf(literal) ?? '';
      if (specifier.endsWith('.ts') && literal.span) found.push({ start: literal.span.start - 1, end: literal.span.end - 1, specifier });
    }
  });
  return found.sort((left, right) => left.start - right.start);
}

/** Type imports vanish with the types; what is left of a name is code. */
function literalsOf(node: Node): Node[] {
  if (['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'].includes(node.type)) {
    return node['typeOnly'] === true || !isNode(node['source']) ? [] : [node['source']];
  }
  const list = node['arguments'];
  if ((node.type !== 'CallExpression' && node.type !== 'NewExpression') || !Array.isArray(list)) return [];
  const given = (list as readonly { expression: unknown }[]).map(({ expression }) => expression).filter(isNode);
  const isImport = isNode(node['callee']) && (node['callee'].type === 'Import' || isLoader(node['callee']));
  return isImport || given.some(isOwnPlace) ? given : [];
}

/** Modules that are loaded when first needed: `load('./name.ts')`, with `load` from `createRequire`. */
function isLoader(callee: Node): boolean {
  return callee.type === 'Identifier' && callee['value'] === 'load';
}

/** `import.meta.url` and its kin. */
function isOwnPlace(node: Node): boolean {
  return node.type === 'MemberExpression' && isNode(node['object']) && node['object'].type === 'MetaProperty';
}
