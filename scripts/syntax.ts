/** Reads TypeScript as a tree: imports, functions, calls. Uses swc because TypeScript 7 has no JavaScript API (ADR 0005). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Module, parseSync } from '@swc/core';

export type Node = { readonly type: string; readonly span?: { readonly start: number; readonly end: number } } & Readonly<
  Record<string, unknown>
>;
export type Source = { readonly path: string; readonly text: string; readonly tree: Module };
export type Import = { readonly specifier: string; readonly kind: 'import' | 'export' | 'dynamic' | 'type' };

/** @throws when the file is not valid TypeScript; the message names the file. */
export function parseFile(base: string, path: string): Source {
  return parseText(path, readFileSync(join(base, path), 'utf8'));
}

export function parseText(path: string, text: string): Source {
  try {
    return { path, text, tree: parseSync(text, { syntax: 'typescript', tsx: path.endsWith('x'), target: 'es2024' }) };
  } catch (error) {
    throw new Error(`${path} cannot be parsed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Every node of the tree, parents first; `visit` gets the ancestors, nearest last. */
export function walkTree(top: unknown, visit: (node: Node, ancestors: readonly Node[]) => void): void {
  const step = (value: unknown, ancestors: readonly Node[]): void => {
    if (Array.isArray(value)) {
      for (const item of value) step(item, ancestors);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const within = isNode(value) ? [...ancestors, value] : ancestors;
    if (isNode(value)) visit(value, ancestors);
    for (const child of Object.values(value)) step(child, within);
  };
  step(top, []);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Everything a module asks for, type imports included. Dynamic imports with a computed name are left out. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walkTree(source.tree.body, (node) => {
    if (node.type === 'ImportDeclaration') add(found, node['source'], 'import');
    if (node.type === 'ExportAllDeclaration' || node.type === 'ExportNamedDeclaration') add(found, node['source'], 'export');
    if (node.type === 'TsImportType') add(found, node['argument'], 'type');
    if (node.type === 'CallExpression' && isNode(node['callee']) && node['callee'].type === 'Import') {
      add(found, firstArgument(node), 'dynamic');
    }
  });
  return found;
}

function add(found: Import[], literal: unknown, kind: Import['kind']): void {
  const specifier = stringOf(literal);
  if (specifier !== undefined) found.push({ specifier, kind });
}

/** The first argument of a call, or undefined. */
export function firstArgument(call: Node): unknown {
  const list = call['arguments'];
  if (!Array.isArray(list)) return undefined;
  const [first] = list as readonly { expression?: unknown }[];
  return first?.expression;
}

/** The text of a string literal or of a template without placeholders. */
export function stringOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'StringLiteral' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node['quasis']) || node['quasis'].length !== 1) return undefined;
  const [only] = node['quasis'] as readonly { cooked?: unknown }[];
  return typeof only?.cooked === 'string' ? only.cooked : undefined;
}

/** Line numbers, from 1. swc counts bytes from 1. */
export function lineCounter(text: string): (position: number) => number {
  const starts = [0];
  const bytes = Buffer.from(text);
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return (position) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= position - 1) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
