/** Pipfile.lock. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { sayMissingDigests } from '../packages/source-practice.ts';
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
      if (section === '_meta') continue;
      for (const [name, one] of entriesOf(packages)) {
        const git = textOf(under(one, 'git'));
        const reference = textOf(under(one, 'ref'));
        const digest = textOf(listOf(under(one, 'hashes'))[0]);
        if (git === null) counts.all += 1;
        if (git === null && digest === null) counts.missing += 1;
        list.add(
          {
            ecosystem: 'PyPI',
            name,
            version: textOf(under(one, 'version'))?.replace(/^==/, '') ?? null,
            digest,
            origin:
              git === null
                ? (textOf(under(one, 'file')) ?? textOf(under(one, 'path')))
                : `git+${git}${reference === null ? '' : `@${reference}`}`,
            scope: section === 'default' ? 'runtime' : 'development',
          },
          document.placeOf([section, name]),
        );
      }
    }
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});
