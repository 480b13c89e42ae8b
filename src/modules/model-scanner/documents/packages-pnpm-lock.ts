/** pnpm-lock.yaml, lockfile versions 5 to 9: packages by `/name/1.0.0`, `/name@1.0.0(peer@1)` or `name@1.0.0`. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { sayMissingDigests } from '../packages/source-practice.ts';
import { entriesOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

export default defineDocument({
  format: 'pnpm-lock',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^pnpm-lock\.ya?ml$/,
  is: (document) => isOwnList(document) && under(document.root, 'lockfileVersion') !== null,
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    const direct = directNames(document.root);
    for (const [key, one] of entriesOf(under(document.root, 'packages'))) {
      const named = nameOf(key, one);
      if (named === null) continue;
      const { name, version, origin } = named;
      const digest = textOf(under(one, 'resolution', 'integrity'));
      if (origin === null) {
        counts.all += 1;
        if (digest === null) counts.missing += 1;
      }
      const scope = under(one, 'dev') === true ? 'development' : under(one, 'optional') === true ? 'optional' : 'runtime';
      list.add(
        { ecosystem: 'npm', name, version, digest, origin, scope, relation: direct.has(name) ? 'direct' : 'transitive' },
        document.placeOf(['packages', key]),
      );
    }
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});

function directNames(root: JsonValue): Set<string> {
  const projects = [root, ...entriesOf(under(root, 'importers')).map(([, project]) => project)];
  return new Set(
    projects.flatMap((project) =>
      ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((table) =>
        entriesOf(under(project, table)).map(([name]) => name),
      ),
    ),
  );
}

function nameOf(key: string, one: JsonValue): { name: string; version: string | null; origin: string | null } | null {
  const bare = key.replace(/\(.*$/s, '').replace(/^\//, '');
  const match = /^((?:@[^/@]{1,100}\/)?[^/@]{1,214})[@/](\d[^/_()]{0,200})(?:_.*)?$/.exec(bare);
  if (match !== null) return { name: match[1] ?? '', version: match[2] ?? null, origin: null };
  // Fetched from elsewhere: the name stands inside or before the address.
  const name = textOf(under(one, 'name')) ?? /^((?:@[^/@]{1,100}\/)?[^/@]{1,214})@/.exec(bare)?.[1];
  const commit = textOf(under(one, 'resolution', 'commit'));
  const address = textOf(under(one, 'resolution', 'repo')) ?? textOf(under(one, 'resolution', 'tarball')) ?? bare;
  if (name === undefined) return null;
  return { name, version: textOf(under(one, 'version')), origin: `${address}${commit === null ? '' : `@${commit}`}` };
}
