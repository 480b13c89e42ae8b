/** Pipfile: what a project asks for. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { sayExtraIndex, sayIndex } from '../packages/source-practice.ts';
import { entriesOf, listOf, textOf, under } from '../packages/value.ts';
import { readTable } from './packages-pyproject.ts';

/** Tables that are no categories of packages. */
const others = new Set(['source', 'requires', 'pipenv', 'scripts']);

export default defineDocument({
  format: 'pipfile',
  role: 'config',
  syntaxes: ['toml'],
  names: /^pipfile$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: readList((document, list) => {
    for (const [table] of entriesOf(document.root))
      if (!others.has(table)) readTable([table], table === 'packages' ? 'runtime' : 'development', { document, list });
    for (const [at, source] of listOf(under(document.root, 'source')).entries()) {
      const address = textOf(under(source, 'url'));
      const where = document.placeOf(['source', at]);
      if (address !== null) (at === 0 ? sayIndex : sayExtraIndex)(list, address, where);
      if (under(source, 'verify_ssl') === false)
        list.practice(
          'trusted-host',
          { detail: 'Certificates of this index are not checked.', text: address ?? 'verify_ssl = false' },
          where,
        );
    }
  }),
});
