/** yarn.lock of both kinds: version 1 (a format of its own) and berry (YAML), read line by line. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, type PackageList, readList } from '../packages/package-list.ts';
import { isPublicIndex, sayMissingDigests } from '../packages/source-practice.ts';

type Block = { readonly header: string; readonly offset: number; readonly fields: Map<string, string>; readonly needs: string[] };

export default defineDocument({
  format: 'yarn-lock',
  role: 'config',
  syntaxes: ['text'],
  names: /^yarn\.lock$/,
  is: (document) => isOwnList(document),
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    const blocks = [...blocksOf(document.text)];
    const asked = askedByWorkspaces(blocks);
    for (const block of blocks) addBlock(block, { list, counts, asked, where: document.placeAt(block.offset, block.header.length) });
    sayMissingDigests(list, counts, document.placeAt(0));
  }),
});

const longestLine = 2000;
/** `key value` of version 1, `key: value` of berry. What follows the key is taken whole: nothing is tried twice. */
const settingShape = /^( {2}| {4})"?([^":\s]{1,214})"?:? (.*)$/;

function unquoted(value: string): string {
  return value.trim().replace(/^"|"$/g, '');
}

function* blocksOf(text: string): Generator<Block> {
  let open: Block | null = null;
  let table = '';
  for (const { text: line, offset } of linesOf(text)) {
    if (line === '' || line.startsWith('#')) continue;
    if (!/^\s/.test(line)) {
      if (open !== null) yield open;
      const isPackage = line.endsWith(':') && !line.startsWith('__metadata');
      open = isPackage ? { header: line.slice(0, -1), offset, fields: new Map(), needs: [] } : null;
      continue;
    }
    // Two blanks deep: a field of the package itself; what lies deeper belongs to its own lists.
    const heading = /^ {2}([A-Za-z]{1,30}):\s*$/.exec(line)?.[1];
    if (heading !== undefined) table = heading;
    const [, indent = '', key = '', value = ''] = settingShape.exec(line.slice(0, longestLine)) ?? [];
    if (indent.length === 2 && value !== '') open?.fields.set(key, unquoted(value));
    if (indent.length === 4 && /dependencies$/i.test(table)) open?.needs.push(descriptor(`${key}@${unquoted(value)}`));
  }
  if (open !== null) yield open;
}

/** `a@npm:^1` and the older `a@^1` ask for the same. */
function descriptor(text: string): string {
  return text.trim().replace('@npm:', '@');
}
function descriptorsOf({ header }: Block): string[] {
  return header
    .replace(/^"|"$/g, '')
    .split(/"?,\s*"?/)
    .map(descriptor);
}

/** Berry keeps the projects themselves with what they ask for; version 1 leaves that to the manifest: null. */
function askedByWorkspaces(blocks: readonly Block[]): Set<string> | null {
  const projects = blocks.filter(({ header }) => /@workspace:/.test(header));
  return projects.length === 0 ? null : new Set(projects.flatMap(({ needs }) => needs));
}

type Reading = {
  readonly asked: ReadonlySet<string> | null;
  readonly list: PackageList;
  readonly counts: { missing: number; all: number };
  readonly where: Parameters<PackageList['add']>[1];
};

function addBlock(block: Block, { list, counts, asked: needed, where }: Reading): void {
  const { header, fields } = block;
  const first = header.split(/,\s*/, 1)[0]?.replace(/^"|"$/g, '') ?? '';
  const resolution = fields.get('resolution');
  const [, asked = '', range = ''] = /^((?:@[^/@]{1,100}\/)?[^@]{1,214})@(.*)$/s.exec(resolution ?? first) ?? [];
  const alias = /^npm:((?:@[^/@]{1,100}\/)?[^@/]{1,214})@/.exec(range)?.[1];
  if (asked === '' || /^(?:workspace|link|portal|patch):/.test(range)) return;
  const resolved = fields.get('resolved') ?? '';
  const isElsewhere = resolution === undefined ? resolved !== '' && !isPublicIndex(resolved) : !range.startsWith('npm:');
  const digest = fields.get('integrity') ?? fields.get('checksum') ?? null;
  // A registry of one's own serves archives too, and could say what they are.
  if (!isElsewhere || /^https?:.{1,1000}\/-\/[^/]{1,300}\.tgz(?:#|$)/.test(resolved)) {
    counts.all += 1;
    // Version 1 before 1.10 keeps a SHA-1 behind the address.
    if (digest === null && !/#[0-9a-f]{40}$/.test(resolved)) counts.missing += 1;
  }
  if (/^http:\/\//i.test(resolved))
    list.practice('plain-http-source', { detail: 'The package is fetched without encryption.', text: resolved }, where);
  const origin = isElsewhere
    ? resolution === undefined
      ? resolved.replace(/#([0-9a-f]{40})$/, '@$1')
      : range.replace(/#commit=([0-9a-f]{40})$/, '@$1')
    : null;
  const relation = needed === null ? 'unknown' : descriptorsOf(block).some((one) => needed.has(one)) ? 'direct' : 'transitive';
  list.add({ ecosystem: 'npm', name: alias ?? asked, version: fields.get('version') ?? null, digest, origin, relation }, where);
}
