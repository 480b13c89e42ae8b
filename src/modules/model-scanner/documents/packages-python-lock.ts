/** Locks of Python tools written as TOML: poetry.lock, uv.lock, pdm.lock, pylock.toml (PEP 751). */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { isPublicIndex, sayIndex, sayMissingDigests } from '../packages/source-practice.ts';
import { entriesOf, listOf, mapOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

export default defineDocument({
  format: 'python-lock',
  role: 'config',
  syntaxes: ['toml'],
  names: /^(?:poetry|uv|pdm)\.lock$|^pylock(?:\.[a-z0-9_-]{1,60})?\.toml$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: readList((document, list) => {
    const [key, packages] =
      listOf(under(document.root, 'packages')).length > 0
        ? ['packages', under(document.root, 'packages')]
        : ['package', under(document.root, 'package')];
    const counts = { missing: 0, all: 0 };
    const asked = askedOf(packages);
    for (const [at, one] of listOf(packages).entries()) addLocked(one, { path: [key, at], document, list, counts, asked });
    sayMissingDigests(list, counts, document.placeOf([]));
  }),
});

type Locked = {
  readonly path: readonly (string | number)[];
  readonly document: TextDocument;
  readonly list: PackageList;
  readonly counts: { missing: number; all: number };
  readonly asked: ReadonlyMap<string, Scope> | null;
};
type Scope = 'runtime' | 'development' | 'optional';

/** uv keeps the projects themselves with what they ask for; poetry and pdm leave that to the manifest: null. */
function askedOf(packages: JsonValue): Map<string, Scope> | null {
  const projects = listOf(packages).filter((one) => isProject(under(one, 'source')));
  if (projects.length === 0) return null;
  const asked = new Map<string, Scope>();
  const add = (names: JsonValue, scope: Scope): void => {
    for (const one of listOf(names)) {
      const name = textOf(under(one, 'name'));
      if (name !== null && asked.get(name) !== 'runtime') asked.set(name, scope);
    }
  };
  for (const project of projects) {
    for (const [, names] of entriesOf(under(project, 'dev-dependencies'))) add(names, 'development');
    for (const [, names] of entriesOf(under(project, 'optional-dependencies'))) add(names, 'optional');
    add(under(project, 'dependencies'), 'runtime');
  }
  return asked;
}
function isProject(source: JsonValue): boolean {
  return under(source, 'editable') !== null || under(source, 'virtual') !== null;
}

function addLocked(one: JsonValue, { path, document, list, counts, asked }: Locked): void {
  const name = textOf(under(one, 'name'));
  if (name === null) return;
  const where = document.placeOf(path);
  const { origin, isFromIndex } = originOf(one, list, where);
  const digest = digestOf(one, under(document.root, 'metadata', 'files', name));
  if (isFromIndex) {
    counts.all += 1;
    if (digest === null) counts.missing += 1;
  }
  const direct = asked?.get(name);
  const relation = asked === null ? 'unknown' : direct !== undefined || isProject(under(one, 'source')) ? 'direct' : 'transitive';
  list.add(
    { ecosystem: 'PyPI', name, version: textOf(under(one, 'version')), origin, digest, relation, scope: direct ?? scopeOf(one) },
    where,
  );
}

type Place = ReturnType<TextDocument['placeAt']>;

/** uv names registry, git, url, path, editable or virtual; poetry type and url with a resolved commit; pdm git with a revision, path or url; pylock vcs, directory, archive, index. */
function originOf(one: JsonValue, list: PackageList, where: Place): { origin: string | null; isFromIndex: boolean } {
  const source = under(one, 'source');
  const git =
    textOf(under(source, 'git')) ??
    textOf(under(one, 'git')) ??
    textOf(under(one, 'vcs', 'url')) ??
    (textOf(under(source, 'type')) === 'git' ? textOf(under(source, 'url')) : null);
  if (git !== null) {
    const commit =
      textOf(under(source, 'resolved_reference')) ??
      textOf(under(one, 'vcs', 'commit-id')) ??
      textOf(under(one, 'revision')) ??
      /#([0-9a-f]{40})$/.exec(git)?.[1];
    return { origin: `git+${git.replace(/[?#].*$/, '')}${commit === undefined ? '' : `@${commit}`}`, isFromIndex: false };
  }
  for (const key of ['path', 'editable', 'virtual', 'directory'] as const) {
    const local = textOf(under(source, key)) ?? textOf(under(one, key, 'path')) ?? (key === 'path' ? textOf(under(one, key)) : null);
    if (local !== null) return { origin: local, isFromIndex: false };
  }
  if (under(one, 'directory') !== null) return { origin: '.', isFromIndex: false };
  const type = textOf(under(source, 'type'));
  const file = textOf(under(one, 'url'));
  if (file !== null) return { origin: file, isFromIndex: false };
  if (type === 'file' || type === 'directory') return { origin: textOf(under(source, 'url')) ?? '.', isFromIndex: false };
  const address = textOf(under(source, 'registry')) ?? textOf(under(source, 'url')) ?? textOf(under(one, 'index'));
  if (address === null) return { origin: null, isFromIndex: true };
  sayIndex(list, address, where);
  return { origin: isPublicIndex(address) ? null : address, isFromIndex: true };
}

function digestOf(one: JsonValue, oldFiles: JsonValue): string | null {
  const files = [...listOf(under(one, 'files')), ...listOf(under(one, 'wheels')), ...listOf(oldFiles)];
  const archive = under(one, 'sdist');
  for (const file of archive === null ? files : [...files, archive]) {
    const hash = textOf(under(file, 'hash'));
    if (hash !== null) return hash;
    const [algorithm, value] = entriesOf(mapOf(under(file, 'hashes')))[0] ?? [];
    if (algorithm !== undefined && typeof value === 'string') return `${algorithm}:${value}`;
  }
  return null;
}

function scopeOf(one: JsonValue): Scope {
  if (under(one, 'optional') === true) return 'optional';
  const groups = listOf(under(one, 'groups'));
  const isDevelopment =
    textOf(under(one, 'category')) === 'dev' || (groups.length > 0 && !groups.some((group) => group === 'main' || group === 'default'));
  return isDevelopment ? 'development' : 'runtime';
}
