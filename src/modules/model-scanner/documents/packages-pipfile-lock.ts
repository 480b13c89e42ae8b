/** Pipfile.lock. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { sayExtraIndex, sayIndex, sayMissingDigests } from '../packages/source-practice.ts';
import { entriesOf, listOf, textOf, under } from '../packages/value.ts';

export default defineDocument({
  format: 'pipfile-lock',
  role: 'config',
  syntaxes: ['json'],
  names: /^pipfile\.lock$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    for (const [section, packages] of entriesOf(document.root)) {
      if (section === '_meta') {
        saySources(document, list);
        continue;
      }
      for (const [name, one] of entriesOf(packages)) {
        const git = textOf(under(one, 'git'));
        const reference = textOf(under(one, 'ref'));
        const digest = textOf(listOf(under(one, 'hashes'))[0]);
        const local = textOf(under(one, 'path'));
        if (git === null && local === null) {
          counts.all += 1;
          if (digest === null) counts.missing += 1;
        }
        list.add(
          {
            ecosystem: 'PyPI',
            name,
            version: textOf(under(one, 'version'))?.replace(/^==/, '') ?? null,
            digest,
            origin: git === null ? (textOf(under(one, 'file')) ?? local) : `git+${git}${reference === null ? '' : `@${reference}`}`,
            scope: section === 'default' ? 'runtime' : 'development',
          },
          document.placeOf([section, name]),
        );
      }
    }
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});

/** The indexes that both files of Pipenv name; also those of Pipfile. */
export function saySources(document: TextDocument, list: PackageList): void {
  const path = document.name === 'pipfile' ? ['source'] : ['_meta', 'sources'];
  for (const [at, source] of listOf(under(document.root, ...path)).entries()) {
    const address = textOf(under(source, 'url'));
    const where = document.placeOf([...path, at]);
    if (address !== null) (at === 0 ? sayIndex : sayExtraIndex)(list, address, where);
    if (under(source, 'verify_ssl') !== false) continue;
    list.practice(
      'trusted-host',
      { detail: 'Certificates of this index are not checked.', text: `verify_ssl = false: ${address ?? ''}` },
      where,
    );
  }
}
