/** What a module exports, read without running it. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isNode, type Node, parseFile } from '../syntax.ts';

/** Name of an export and, when it is `export const name = maker(...)`, the maker's name. */
export type Export = { readonly name: string; readonly maker: string | null };

/** Follows `export … from './other.ts'` within the tree; type exports are left out. */
export function exportsOf(base: string, path: string, seen: ReadonlySet<string> = new Set()): Export[] {
  if (seen.has(path) || !existsSync(join(base, path))) return [];
  const within = new Set(seen).add(path);
  return parseFile(base, path).tree.body.flatMap((item) => {
    const statement = item as unknown as Node;
    if (statement.type === 'ExportDeclaration') return declared(statement['declaration']);
    if (statement.type === 'ExportDefaultExpression') return [{ name: 'default', maker: makerOf(statement['expression']) }];
    if (statement.type === 'ExportDefaultDeclaration') return [{ name: 'default', maker: null }];
    const source = isNode(statement['source']) ? String(statement['source']['value']) : null;
    if (statement.type === 'ExportAllDeclaration' && source?.startsWith('.')) return exportsOf(base, beside(path, source), within);
    if (statement.type !== 'ExportNamedDeclaration' || statement['typeOnly'] === true) return [];
    const origin = source?.startsWith('.') ? exportsOf(base, beside(path, source), within) : [];
    return named(statement, origin);
  });
}

const beside = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

function declared(declaration: unknown): Export[] {
  if (!isNode(declaration)) return [];
  if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
    return [{ name: identifierName(declaration['identifier']), maker: null }];
  }
  if (declaration.type !== 'VariableDeclaration' || !Array.isArray(declaration['declarations'])) return [];
  return (declaration['declarations'] as readonly Node[]).map(({ id, init }: Record<string, unknown>) => ({
    name: identifierName(id),
    maker: makerOf(init),
  }));
}

function named(statement: Node, origin: readonly Export[]): Export[] {
  const specifiers = Array.isArray(statement['specifiers']) ? (statement['specifiers'] as readonly Node[]) : [];
  return specifiers.flatMap((specifier) => {
    if (specifier.type !== 'ExportSpecifier' || specifier['isTypeOnly'] === true) return [];
    const local = identifierName(specifier['orig']);
    const name = isNode(specifier['exported']) ? identifierName(specifier['exported']) : local;
    return [{ name, maker: origin.find((known) => known.name === local)?.maker ?? null }];
  });
}

function identifierName(node: unknown): string {
  return isNode(node) && typeof node['value'] === 'string' ? node['value'] : '';
}

/** `endpoint({...})` → 'endpoint'; also through `as const` and `satisfies`. */
export function makerOf(expression: unknown): string | null {
  if (!isNode(expression)) return null;
  if (['TsAsExpression', 'TsSatisfiesExpression', 'TsConstAssertion', 'ParenthesisExpression'].includes(expression.type)) {
    return makerOf(expression['expression']);
  }
  if (expression.type !== 'CallExpression') return null;
  return identifierName(expression['callee']) || null;
}
