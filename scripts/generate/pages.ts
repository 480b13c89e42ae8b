/** The list of pages: the facts of each `definePage({ … })` as data, the component behind a lazy import. */
import { listFiles } from '../files.ts';
import { firstArgument, isNode, type Node, parseFile, stringOf } from '../syntax.ts';
import { makerOf } from './exports.ts';
import { fileText, type GeneratedFile, type Generator, listConstant, notice, quote } from './generated.ts';

const pageFile = /^src\/modules\/.+\/(?:page|[^/]+-page)\.tsx$/;
const facts = ['path', 'title', 'permission', 'group', 'icon', 'order'] as const;
type Fact = (typeof facts)[number];
type Literal = string | number | null;
type PageFacts = Readonly<Record<Fact, Literal>>;
const allowed: Readonly<Record<Fact, readonly string[]>> = {
  path: ['string'],
  title: ['string'],
  permission: ['string'],
  group: ['string', 'null'],
  icon: ['string'],
  order: ['number'],
};

export const pages: Generator = {
  name: 'pages',
  files: (base) => [listOfPages(base)],
};

function listOfPages(base: string): GeneratedFile {
  const found = listFiles(base, ['src/modules'])
    .filter((path) => pageFile.test(path))
    .map((path) => ({ path, facts: readPage(base, path) }))
    .sort((left, right) => (String(left.facts.path) < String(right.facts.path) ? -1 : 1));
  refuseTwins(found);
  const items = found.map(({ path, facts: page }) =>
    [
      '{',
      ...facts.map((name) => `    ${name}: ${print(page[name])},`),
      `    load: () => import('../../${path.slice('src/'.length)}'),`,
      '  }',
    ].join('\n'),
  );
  return {
    path: 'src/apps/web/pages.generated.ts',
    text: fileText(notice, "import type { PageEntry } from '../../ui/define-page.ts';", listConstant('pages: readonly PageEntry[]', items)),
  };
}

const print = (value: Literal): string => (typeof value === 'string' ? quote(value) : String(value));

/** @throws when the page is not declared in the one form that can be read without running it. */
export function readPage(base: string, path: string): PageFacts {
  const source = parseFile(base, path);
  const exported = source.tree.body.find((item) => item.type === 'ExportDefaultExpression') as unknown as Node | undefined;
  const call = exported?.['expression'];
  if (!isNode(call) || makerOf(call) !== 'definePage') throw new Error(`${path}: a page ends with "export default definePage({ … })".`);
  const argument = firstArgument(call);
  if (!isNode(argument) || !Array.isArray(argument['properties'])) throw new Error(`${path}: definePage takes an object literal.`);
  const values = new Map((argument['properties'] as readonly Node[]).flatMap(readProperty));
  return Object.fromEntries(facts.map((name) => [name, requireFact(path, name, values.get(name))])) as PageFacts;
}

function readProperty(property: Node): [string, Literal | undefined][] {
  if (property.type !== 'KeyValueProperty' || !isNode(property['key'])) return [];
  return [[String(property['key']['value']), literalOf(property['value'])]];
}

function literalOf(node: unknown): Literal | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'NullLiteral') return null;
  if (node.type === 'NumericLiteral' && typeof node['value'] === 'number') return node['value'];
  return stringOf(node);
}

function requireFact(path: string, name: Fact, value: Literal | undefined): Literal {
  const kind = value === null ? 'null' : typeof value;
  if (value !== undefined && allowed[name].includes(kind)) return value;
  throw new Error(`${path}: definePage needs "${name}" as a literal ${allowed[name].join(' or ')}; it is read without running the page.`);
}

function refuseTwins(found: readonly { readonly path: string; readonly facts: PageFacts }[]): void {
  for (const [i, { path, facts: page }] of found.entries()) {
    const before = found[i - 1];
    if (before?.facts.path === page.path) throw new Error(`${before.path} and ${path} both answer ${page.path}.`);
  }
}
