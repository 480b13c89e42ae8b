/** pip requirements and constraints. @source pip documentation, "Requirements File Format" */
import type { Where } from '../../../contract/finding.ts';
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, type PackageList, readList } from '../packages/package-list.ts';
import { namedFile, parseReference, parseRequirement, type Requirement } from '../packages/requirement-line.ts';
import { sayExtraIndex, sayIndex, sayReference } from '../packages/source-practice.ts';

type Logical = { readonly text: string; readonly offset: number };

export default defineDocument({
  format: 'pip-requirements',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:.{0,80}[-_.])?(?:requirements|constraints)(?:[-_.].{0,80})?\.(?:txt|in|pip)$/,
  paths: /(?:^|\/)requirements\/[^/]{1,100}\.(?:txt|in)$/,
  is: isOwnList,
  read: readList((document, list) => {
    const counted = { pinned: 0, open: 0, hashed: 0, first: '' };
    for (const { text, offset } of logicalLines(document.text)) {
      const where = document.placeAt(offset, text.length);
      if (text.startsWith('-')) {
        readOption(text, list, where);
        continue;
      }
      readPackage(text, { list, where, counted });
    }
    sayOpen(counted, list, document.placeAt(0));
  }),
});

type Counted = { pinned: number; open: number; hashed: number; first: string };
type Reading = { readonly list: PackageList; readonly where: Where; readonly counted: Counted };

function readPackage(text: string, { list, where, counted }: Reading): void {
  const [bare = '', ...options] = text.split(/\s--(?=[a-z])/);
  const asked = bare.trim();
  const named = parseRequirement(asked);
  // `name @ address` first: its end looks like an address alone.
  if (named?.url == null && parseReference(asked) !== null) {
    readReference(asked, list, where);
    return;
  }
  if (named === null) return;
  const written = options.map((option) => /^hash[=\s]\s*(sha\d+):([0-9a-f]{32,128})/i.exec(option)).find((found) => found !== null);
  const digest = written ? `${written[1]}:${written[2]}` : digestOf(named);
  if (named.url === null && named.version === null) {
    counted.open += 1;
    if (counted.first === '') counted.first = named.name;
  } else counted.pinned += 1;
  if (digest !== null) counted.hashed += 1;
  addPython(list, { named, digest, where });
}

function digestOf({ url }: Requirement): string | null {
  return url === null ? null : (parseReference(url)?.digest ?? null);
}

/** A requirement or a direct reference; the file behind an address tells its version. */
export function addPython(
  list: PackageList,
  { named, digest = digestOf(named), where }: { named: Requirement; digest?: string | null; where: Where },
): void {
  const { name, specifier, url } = named;
  const origin = url === null ? null : sayReference(list, url, where);
  const version = named.version ?? (url === null ? null : (namedFile(url)?.version ?? null));
  list.add({ ecosystem: 'PyPI', name, version, requirement: specifier, relation: 'direct', origin, digest }, where);
}

function sayOpen({ pinned, open, hashed, first }: Counted, list: PackageList, where: Where): void {
  const all = pinned + open;
  if (open > 0) {
    const detail = `${open} of ${all} requirements name no exact version, first ${first}: what is installed changes by itself.`;
    list.practice('unpinned', { detail, text: `${open} of ${all}` }, where);
  }
  if (hashed > 0 && hashed < all) {
    const detail = `${all - hashed} of ${all} requirements have no digest, the others do: pip refuses such a file, or was told not to look.`;
    list.practice('lock-without-digests', { detail, text: `${all - hashed} of ${all}` }, where);
  }
}

/** Joined where a line ends in a backslash; comments and empty lines left out. */
function* logicalLines(text: string): Generator<Logical> {
  let open: Logical | null = null;
  for (const { text: line, offset } of linesOf(text)) {
    const joined: Logical = open === null ? { text: line, offset } : { text: open.text + line, offset: open.offset };
    if (joined.text.endsWith('\\') && joined.text.length < 100_000) {
      open = { text: `${joined.text.slice(0, -1)} `, offset: joined.offset };
      continue;
    }
    open = null;
    const kept = joined.text.replace(/(?:^|\s)#.*$/, '').trim();
    if (kept !== '') yield { text: kept, offset: joined.offset };
  }
  if (open !== null) yield { text: open.text.trim(), offset: open.offset };
}

function readOption(text: string, list: PackageList, where: Where): void {
  const match = /^(--?[a-z-]{1,40})(?:[=\s]\s*|(?=[^a-z-]))(.{0,2000})$/i.exec(text);
  const option = match?.[1] ?? '';
  const value = (match?.[2] ?? '').trim();
  if (option === '-i' || option === '--index-url' || option === '-f' || option === '--find-links') sayIndex(list, value, where);
  if (option === '--extra-index-url') sayExtraIndex(list, value, where);
  if (option === '--trusted-host')
    list.practice(
      'trusted-host',
      { detail: `Certificates of ${value} are not checked: whoever sits between can replace packages.`, text },
      where,
    );
  if (option === '-e' || option === '--editable') readReference(value, list, where);
  // Another list, from an address.
  if (/^(?:-[rc]|--requirement|--constraint)$/.test(option) && /^[a-z]+:\/\//i.test(value)) sayReference(list, value, where);
}

/** An address alone: its fragment or its file tells the name. */
export function readReference(address: string, list: PackageList, where: Where): void {
  const origin = sayReference(list, address, where);
  const reference = parseReference(address);
  if (reference === null) return;
  const file = namedFile(address);
  const name = reference.egg ?? file?.name ?? null;
  if (name === null) return;
  list.add({ ecosystem: 'PyPI', name, version: file?.version ?? null, relation: 'direct', origin, digest: reference.digest }, where);
}
