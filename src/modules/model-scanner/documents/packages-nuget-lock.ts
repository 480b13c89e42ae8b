/** packages.lock.json of NuGet: by target framework. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { sayMissingDigests } from '../packages/source-practice.ts';
import { entriesOf, textOf, under } from '../packages/value.ts';

export default defineDocument({
  format: 'nuget-lock',
  role: 'config',
  syntaxes: ['json'],
  names: /^packages(?:\.[a-z0-9_.-]{1,80})?\.lock\.json$/,
  is: (document) => isOwnList(document) && under(document.root, 'dependencies') !== null,
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    const seen = new Set<string>();
    for (const [framework, packages] of entriesOf(under(document.root, 'dependencies')))
      for (const [name, one] of entriesOf(packages)) {
        const type = textOf(under(one, 'type'));
        const version = textOf(under(one, 'resolved'));
        if (type === 'Project' || seen.has(`${name}\0${version}`)) continue;
        seen.add(`${name}\0${version}`);
        const digest = textOf(under(one, 'contentHash'));
        counts.all += 1;
        if (digest === null) counts.missing += 1;
        list.add(
          {
            ecosystem: 'NuGet',
            name,
            version,
            digest: digest === null ? null : `sha512-${digest}`,
            relation: type === 'Direct' ? 'direct' : 'transitive',
          },
          document.placeOf(['dependencies', framework, name]),
        );
      }
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});
