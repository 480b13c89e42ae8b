/** pip requirements and constraints. @source pip documentation, "Requirements File Format" */
import type { Where } from '../../../contract/finding.ts';
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, type PackageList, readList } from '../packages/package-list.ts';
import { parseReference, parseRequirement } from '../packages/requirement-line.ts';
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
      const [bare = '', ...options] = text.split(/\s--(?=[a-z])/);
      const digest = options.map((option) => /^hash[=\s]\s*(sha\d+):([0-9a-f]{32,128})/i.exec(option)).find((found) => found !== null);
      const reference = parseReference(bare.trim());
      if (reference !== null) {
        readReference(bare.trim(), list, where);
        continue;
      }
      const found = parseRequirement(bare.trim());
      if (found === null) continue;
      const { name, version, specifier, url } = found;
      if (url === null && version === null) {
        counted.open += 1;
        if (counted.first === '') counted.first = name;
      } else counted.pinned += 1;
      if (digest) counted.hashed += 1;
      const origin = url === null ? null : sayReference(list, url, where);
      list.add(
        {
          ecosystem: 'PyPI',
          name,
          version,
          requirement: specifier,
          relation: 'direct',
          origin,
          digest: digest ? `${digest[1]}:${digest[2]}` : null,
        },
        where,
      );
    }
    sayOpen(counted, list, document.placeAt(0));
  }),
});

type Counted = { readonly pinned: number; readonly open: number; readonly hashed: number; readonly first: string };

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

function readReference(address: string, list: PackageList, where: Where): void {
  const origin = sayReference(list, address, where);
  const named = parseReference(address);
  if (named === null) return;
  const name = named.egg ?? nameOfFile(address);
  if (name === null) return;
  list.add({ ecosystem: 'PyPI', name, relation: 'direct', origin, digest: named.digest }, where);
}

/** `torch-2.1.0-cp310-….whl` and `https://host/owner/name.git` tell a name; a folder does not. */
function nameOfFile(address: string): string | null {
  const path = address.replace(/[#?].*$/s, '').replace(/@[^/]*$/, '');
  const last = path.slice(path.lastIndexOf('/') + 1);
  const wheel = /^([A-Za-z0-9._]{1,200})-[^-]+(?:-[^-]+){2,4}\.whl$/.exec(last)?.[1];
  const archive = /^([A-Za-z0-9._-]{1,200}?)-\d[^-]*\.(?:zip|tar\.gz|tgz|tar\.bz2)$/.exec(last)?.[1];
  const repository = /^(?:git|hg|svn|bzr)\+/i.test(address) ? last.replace(/\.git$/, '') : undefined;
  return wheel ?? archive ?? (repository === undefined || repository === '' ? null : repository);
}
