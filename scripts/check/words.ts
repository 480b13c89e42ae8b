/** Things that only one place may do: read the environment, open the catalog, touch rows; and errors that must be problems. */
import { posix } from 'node:path';
import { isNode, lineCounter, type Node, type Source, stringOf, walkTree } from '../syntax.ts';
import { type Complaint, isProof } from './complaint.ts';

const environmentReader = 'src/platform/config.ts';
const catalogReader = 'src/platform/catalog.ts';
const database = 'src/platform/database/database.ts';
const store = /^src\/modules\/.+[/-](store|table)\.ts$/;

export function checkWords(source: Source): Complaint[] {
  const { path, text, tree } = source;
  if (!path.startsWith('src/') || isProof(path)) return [];
  const lineOf = lineCounter(text);
  const found: Complaint[] = [];
  walkTree(tree.body, (node) => {
    for (const says of judge(path, node)) found.push({ path, line: node.span ? lineOf(node.span.start) : null, says });
  });
  return found;
}

function judge(path: string, node: Node): string[] {
  return [
    ...(path !== environmentReader && readsEnvironment(node) ? [`only ${environmentReader} reads the environment.`] : []),
    ...(path !== catalogReader && namesCatalog(node) ? [`the catalog is read through ${catalogReader}.`] : []),
    ...(throwsBareError(node) ? ['throw a problem from problems(…), not a bare Error: it has no code, status or sentence.'] : []),
    ...(takesRows(path, node) ? ["only store.ts and table.ts use 'db'; elsewhere take 'transaction' and call the store."] : []),
  ];
}

function readsEnvironment(node: Node): boolean {
  if (node.type === 'MemberExpression') return isNamed(node['object'], 'process') && isNamed(node['property'], 'env');
  if (node.type === 'VariableDeclarator')
    return isNode(node['id']) && node['id'].type === 'ObjectPattern' && isNamed(node['init'], 'process');
  if (node.type !== 'ImportDeclaration') return false;
  return ['process', 'node:process'].includes(stringOf(node['source']) ?? '');
}

function namesCatalog(node: Node): boolean {
  return /^(\.{0,2}\/)*catalog\//.test(stringOf(node) ?? '');
}

function throwsBareError(node: Node): boolean {
  if (node.type !== 'ThrowStatement' || !isNode(node['argument'])) return false;
  return node['argument'].type === 'NewExpression' && isNamed(node['argument']['callee'], 'Error');
}

function takesRows(path: string, node: Node): boolean {
  if (!path.startsWith('src/modules/') || store.test(path) || node.type !== 'ImportDeclaration') return false;
  const specifier = stringOf(node['source']) ?? '';
  if (posix.join(posix.dirname(path), specifier) !== database || !Array.isArray(node['specifiers'])) return false;
  return (node['specifiers'] as readonly Node[]).some((one) =>
    ['db', 'currentDatabase'].some((name) => isNamed(one['imported'] ?? one['local'], name)),
  );
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['value'] === name;
}
