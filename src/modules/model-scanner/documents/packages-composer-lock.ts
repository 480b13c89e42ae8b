/** composer.lock. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { listOf, textOf, under } from '../packages/value.ts';

export default defineDocument({
  format: 'composer-lock',
  role: 'config',
  syntaxes: ['json'],
  names: /^composer\.lock$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: readList((document, list) => {
    for (const [table, scope] of [
      ['packages', 'runtime'],
      ['packages-dev', 'development'],
    ] as const)
      for (const [at, one] of listOf(under(document.root, table)).entries()) {
        const name = textOf(under(one, 'name'));
        if (name === null) continue;
        const digest = textOf(under(one, 'dist', 'shasum'));
        list.add(
          {
            ecosystem: 'Packagist',
            name,
            version: textOf(under(one, 'version')),
            scope,
            digest: digest === null || digest === '' ? null : `sha1:${digest}`,
          },
          document.placeOf([table, at]),
        );
      }
  }),
});
