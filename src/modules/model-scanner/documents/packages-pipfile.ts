/** Pipfile: what a project asks for. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { entriesOf } from '../packages/value.ts';
import { saySources } from './packages-pipfile-lock.ts';
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
    saySources(document, list);
  }),
});
