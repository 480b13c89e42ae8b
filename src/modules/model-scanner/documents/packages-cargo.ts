/** Cargo.toml and Cargo.lock. @source Cargo book, "Specifying dependencies" */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { sayLicence } from '../packages/licence-facts.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { sayMissingDigests, sayReference } from '../packages/source-practice.ts';
import { entriesOf, listOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

const publicSources = /^(?:registry|sparse)\+https:\/\/(?:github\.com\/rust-lang\/crates\.io-index|index\.crates\.io)/;

export default defineDocument({
  format: 'cargo',
  role: 'config',
  syntaxes: ['toml'],
  names: /^cargo\.(?:toml|lock)$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: (document, draft, tools) => {
    readList(document.name === 'cargo.lock' ? readLock : readManifest)(document, draft, tools);
    const licence = textOf(under(document.root, 'package', 'license'));
    if (licence !== null) sayLicence({ draft, tools }, { text: licence, source: 'manifest' }, document.placeOf(['package', 'license']));
  },
});

type Path = readonly string[];

function readManifest(document: TextDocument, list: PackageList): void {
  readTables([], document, list);
  for (const [target] of entriesOf(under(document.root, 'target'))) readTables(['target', target], document, list);
  readTable(['workspace', 'dependencies'], 'runtime', { document, list });
}
function readTables(path: Path, document: TextDocument, list: PackageList): void {
  readTable([...path, 'dependencies'], 'runtime', { document, list });
  readTable([...path, 'dev-dependencies'], 'development', { document, list });
  readTable([...path, 'build-dependencies'], 'development', { document, list });
}

function readTable(path: Path, scope: 'runtime' | 'development', { document, list }: { document: TextDocument; list: PackageList }): void {
  for (const [key, value] of entriesOf(under(document.root, ...path))) {
    const where = document.placeOf([...path, key]);
    const requirement = textOf(value) ?? textOf(under(value, 'version')) ?? '';
    const git = textOf(under(value, 'git'));
    const revision = textOf(under(value, 'rev'));
    if (under(value, 'workspace') === true) continue;
    const local = textOf(under(value, 'path'));
    const origin = git === null ? local : sayReference(list, `git+${git}${revision === null ? '' : `@${revision}`}`, where);
    list.add(
      {
        ecosystem: 'crates.io',
        name: textOf(under(value, 'package')) ?? key,
        version: /^=\s*(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)$/.exec(requirement)?.[1] ?? null,
        requirement,
        relation: 'direct',
        scope: under(value, 'optional') === true ? 'optional' : scope,
        origin,
      },
      where,
    );
  }
}

function readLock(document: TextDocument, list: PackageList): void {
  const counts = { missing: 0, all: 0 };
  // The first lock format keeps digests apart.
  const oldDigests = new Map(entriesOf(under(document.root, 'metadata')));
  const packages = listOf(under(document.root, 'package'));
  const asked = askedByWorkspace(packages);
  for (const [at, one] of packages.entries()) {
    const name = textOf(under(one, 'name'));
    const version = textOf(under(one, 'version'));
    const source = textOf(under(one, 'source'));
    // Without a source it is a package of this workspace.
    if (name === null || source === null) continue;
    const isPublic = publicSources.test(source);
    const digest = textOf(under(one, 'checksum')) ?? textOf(oldDigests.get(`checksum ${name} ${version} (${source})`));
    if (!source.startsWith('git+')) {
      counts.all += 1;
      if (digest === null) counts.missing += 1;
    }
    const origin = isPublic ? null : source.replace(/(?:\?[^#]*)?#([0-9a-f]{40})$/, '@$1');
    list.add(
      {
        ecosystem: 'crates.io',
        name,
        version,
        digest: digest === null ? null : `sha256:${digest}`,
        origin,
        relation: asked.has(name) || asked.has(`${name} ${version}`) ? 'direct' : 'transitive',
      },
      document.placeOf(['package', at]),
    );
  }
  sayMissingDigests(list, counts, document.placeOf([]));
}

/** Packages of the workspace have no source; each names what it needs as `name`, or `name version` where there are several. */
function askedByWorkspace(packages: readonly JsonValue[]): Set<string> {
  const own = packages.filter((one) => textOf(under(one, 'source')) === null);
  return new Set(own.flatMap((one) => listOf(under(one, 'dependencies')).flatMap((need) => textOf(need)?.replace(/ \(.*$/, '') ?? [])));
}
