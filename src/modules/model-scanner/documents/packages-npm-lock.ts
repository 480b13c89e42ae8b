/** package-lock.json and npm-shrinkwrap.json, lockfile versions 1 to 3. @source npm documentation, "package-lock.json" */
import type { PackageFact } from '../engine/artefact.ts';
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { isPublicIndex, sayMissingDigests } from '../packages/source-practice.ts';
import { entriesOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

type Counts = { missing: number; all: number };

export default defineDocument({
  format: 'npm-lock',
  role: 'config',
  syntaxes: ['json'],
  names: /^(?:package-lock|npm-shrinkwrap|\.package-lock)\.json$/,
  is: (document) => isOwnList(document) && under(document.root, 'lockfileVersion') !== null,
  read: readList((document, list) => {
    const counts: Counts = { missing: 0, all: 0 };
    const packages = entriesOf(under(document.root, 'packages'));
    if (packages.length > 0) readPackages(document, packages, { list, counts });
    else readTree(document, { list, counts });
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});

type Reading = { readonly list: PackageList; readonly counts: Counts };

/** From version 2 on: flat, by folder; '' is the project itself. */
function readPackages(document: TextDocument, packages: readonly (readonly [string, JsonValue])[], reading: Reading): void {
  const direct = directPaths(packages);
  const scripted: string[] = [];
  for (const [path, one] of packages) {
    const at = path.lastIndexOf('node_modules/');
    if (at < 0 || under(one, 'link') === true) continue;
    const name = textOf(under(one, 'name')) ?? path.slice(at + 'node_modules/'.length);
    if (under(one, 'hasInstallScript') === true) scripted.push(name);
    addLocked(name, one, { document, path: ['packages', path], relation: direct.has(path) ? 'direct' : 'transitive', ...reading });
  }
  if (scripted.length === 0) return;
  const detail = `Installing runs a command of ${scripted.length} of ${packages.length} locked packages, first ${scripted[0]}.`;
  reading.list.practice('install-script', { detail, text: scripted.slice(0, 20).join(', ') }, document.placeOf(['packages']));
}

/** Folders of what the project and its workspaces ask for: their own node_modules first, then that of the root. */
function directPaths(packages: readonly (readonly [string, JsonValue])[]): Set<string> {
  const known = new Set(packages.map(([path]) => path));
  const projects = packages.filter(([path]) => !path.includes('node_modules/'));
  return new Set(
    projects.flatMap(([path, project]) =>
      ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((table) =>
        entriesOf(under(project, table)).map(([name]) => {
          const own = `${path}/node_modules/${name}`;
          return path !== '' && known.has(own) ? own : `node_modules/${name}`;
        }),
      ),
    ),
  );
}

/** Version 1: a tree, walked without recursion. */
function readTree(document: TextDocument, reading: Reading): void {
  const waiting: { readonly path: readonly string[]; readonly value: JsonValue; readonly depth: number }[] = [
    { path: ['dependencies'], value: under(document.root, 'dependencies'), depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [name, one] of entriesOf(next.value)) {
      // What lies at the top may have been asked for, or was only moved up.
      const relation = next.depth === 0 ? 'unknown' : 'transitive';
      addLocked(name, one, { document, path: [...next.path, name], relation, ...reading });
      const inner = under(one, 'dependencies');
      if (inner !== null && next.depth < 200)
        waiting.push({ path: [...next.path, name, 'dependencies'], value: inner, depth: next.depth + 1 });
    }
  }
}

type Locked = Reading & { readonly document: TextDocument; readonly path: readonly string[]; readonly relation: PackageFact['relation'] };

function addLocked(name: string, one: JsonValue, { document, path, relation, list, counts }: Locked): void {
  const written = textOf(under(one, 'version'));
  const resolved = textOf(under(one, 'resolved'));
  const address = resolved ?? (written !== null && /:\/\/|^file:/.test(written) ? written : null);
  // Version 1 writes an alias as the version.
  const alias = /^npm:((?:@[^@/]{1,100}\/)?[^@/]{1,214})@(.{1,200})$/.exec(written ?? '');
  const isArchive = address === null || /^https?:\/\//.test(address);
  const digest = textOf(under(one, 'integrity'));
  if (isArchive && under(one, 'bundled') !== true && under(one, 'inBundle') !== true) {
    counts.all += 1;
    if (digest === null) counts.missing += 1;
  }
  const where = document.placeOf(path);
  if (address !== null && /^http:\/\//i.test(address) && !/^http:\/\/(?:localhost|127\.)/.test(address))
    list.practice('plain-http-source', { detail: 'The package is fetched without encryption.', text: address }, where);
  const origin = address === null || isPublicIndex(address) ? null : address.replace(/#([0-9a-f]{40})$/, '@$1');
  const scope = under(one, 'dev') === true ? 'development' : under(one, 'optional') === true ? 'optional' : 'runtime';
  list.add(
    {
      ecosystem: 'npm',
      name: alias?.[1] ?? name,
      version: alias?.[2] ?? (written?.includes(':') ? null : written),
      digest,
      origin,
      scope,
      relation,
    },
    where,
  );
}
