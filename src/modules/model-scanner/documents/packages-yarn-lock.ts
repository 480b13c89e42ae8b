/** yarn.lock of both kinds: version 1 (a format of its own) and berry (YAML), read line by line. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, type PackageList, readList } from '../packages/package-list.ts';
import { isPublicIndex, sayMissingDigests } from '../packages/source-practice.ts';

type Block = { readonly header: string; readonly offset: number; readonly fields: Map<string, string> };

export default defineDocument({
  format: 'yarn-lock',
  role: 'config',
  syntaxes: ['text'],
  names: /^yarn\.lock$/,
  is: (document) => isOwnList(document),
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    let open: Block | null = null;
    const close = (): void => {
      if (open !== null) addBlock(open, { list, counts, where: document.placeAt(open.offset, open.header.length) });
      open = null;
    };
    for (const { text, offset } of linesOf(document.text)) {
      if (text === '' || text.startsWith('#')) continue;
      if (!/^\s/.test(text)) {
        close();
        open = text.endsWith(':') && !text.startsWith('__metadata') ? { header: text.slice(0, -1), offset, fields: new Map() } : null;
        continue;
      }
      // Two blanks deep: a field of the package itself; what lies deeper belongs to its own lists.
      const field = /^ {2}"?([A-Za-z]{1,30})"?:? +"?([^"]{1,1000})"?\s*$/.exec(text);
      if (field !== null) open?.fields.set(field[1] ?? '', field[2] ?? '');
    }
    close();
    sayMissingDigests(list, counts, document.placeAt(0));
  }),
});

type Reading = {
  readonly list: PackageList;
  readonly counts: { missing: number; all: number };
  readonly where: Parameters<PackageList['add']>[1];
};

function addBlock({ header, fields }: Block, { list, counts, where }: Reading): void {
  const first = header.split(/,\s*/, 1)[0]?.replace(/^"|"$/g, '') ?? '';
  const resolution = fields.get('resolution');
  const [, asked = '', range = ''] = /^((?:@[^/@]{1,100}\/)?[^@]{1,214})@(.*)$/s.exec(resolution ?? first) ?? [];
  const alias = /^npm:((?:@[^/@]{1,100}\/)?[^@/]{1,214})@/.exec(range)?.[1];
  if (asked === '' || /^(?:workspace|link|portal|patch):/.test(range)) return;
  const resolved = fields.get('resolved') ?? '';
  const isElsewhere = resolution === undefined ? resolved !== '' && !isPublicIndex(resolved) : !range.startsWith('npm:');
  const digest = fields.get('integrity') ?? fields.get('checksum') ?? null;
  if (!isElsewhere) {
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
  list.add({ ecosystem: 'npm', name: alias ?? asked, version: fields.get('version') ?? null, digest, origin, relation: 'unknown' }, where);
}
