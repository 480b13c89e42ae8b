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
    const direct = directKeys(document.root);
    const production = reachedKeys(document.root, direct);
    for (const [key, one] of entriesOf(under(document.root, 'packages'))) {
      const named = nameOf(key, one);
      if (named === null) continue;
      const { name, version, origin } = named;
      const digest = textOf(under(one, 'resolution', 'integrity'));
      if (origin === null) {
        counts.all += 1;
        if (digest === null) counts.missing += 1;
      }
      const bare = bareKey(key);
      const isDevelopment = production === null ? under(one, 'dev') === true : !production.has(bare);
      const scope = isDevelopment ? 'development' : under(one, 'optional') === true ? 'optional' : 'runtime';
      list.add(
        { ecosystem: 'npm', name, version, digest, origin, scope, relation: direct.has(bare) ? 'direct' : 'transitive' },
        document.placeOf(['packages', key]),
      );
    }
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});

/** Without the peers behind it, and in one form: `/a/1.0.0_b@2`, `/a@1.0.0(b@2)` and `a@1.0.0(b@2)` are all `a@1.0.0`. */
function bareKey(key: string): string {
  const bare = key.replace(/\(.*$/s, '').replace(/^\//, '');
  const old = /^((?:@[^/@]{1,100}\/)?[^/@]{1,214})\/(\d[^/_()]{0,200})(?:_.*)?$/.exec(bare);
  return old === null ? bare : `${old[1]}@${old[2]}`;
}

const tables = ['dependencies', 'optionalDependencies', 'devDependencies'] as const;

/** What the projects ask for, by key of the package; whether it is for more than development. */
function directKeys(root: JsonValue): Map<string, boolean> {
  const direct = new Map<string, boolean>();
  for (const project of [root, ...entriesOf(under(root, 'importers')).map(([, one]) => one)])
    for (const table of tables)
      for (const [name, asked] of entriesOf(under(project, table))) {
        const key = keyOf(name, textOf(asked) ?? textOf(under(asked, 'version')) ?? '');
        direct.set(key, direct.get(key) === true || table !== 'devDependencies');
      }
  return direct;
}

/** A version is written alone, or as the key of the package where its name is another one. */
function keyOf(name: string, version: string): string {
  const isAlone = /^\d/.test(version);
  const bare = bareKey(version);
  if (isAlone) return `${name}@${bare.replace(/_.*$/s, '')}`;
  return /^https?:/.test(bare) ? `${name}@${bare}` : bare;
}

/** From version 9 on packages do not say who needs them: followed from what the projects need to run. null: they say so. */
function reachedKeys(root: JsonValue, direct: ReadonlyMap<string, boolean>): Set<string> | null {
  const snapshots = under(root, 'snapshots');
  if (snapshots === null) return null;
  const needs = new Map<string, string[]>();
  for (const [key, one] of entriesOf(snapshots)) {
    const asked = ['dependencies', 'optionalDependencies'].flatMap((table) => entriesOf(under(one, table)));
    const known = needs.get(bareKey(key)) ?? [];
    needs.set(bareKey(key), known.concat(asked.map(([name, version]) => keyOf(name, textOf(version) ?? ''))));
  }
  const reached = new Set([...direct].filter(([, isForUse]) => isForUse).map(([key]) => key));
  for (const key of reached) for (const next of needs.get(key) ?? []) reached.add(next);
  return reached;
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
