/** Python projects: PEP 621 metadata, dependency groups (PEP 735), poetry, uv and pdm sources. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { sayLicence } from '../packages/licence-facts.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { parseRequirement } from '../packages/requirement-line.ts';
import { sayExtraIndex, sayIndex, sayReference } from '../packages/source-practice.ts';
import { entriesOf, listOf, mapOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { addActivation, addBuildStep, moduleFile } from './repository-path.ts';

type Scope = 'runtime' | 'development' | 'optional';
type Path = readonly (string | number)[];

export default defineDocument({
  format: 'pyproject',
  role: 'config',
  syntaxes: ['toml'],
  names: /^pyproject\.toml$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: (document, draft, tools) => {
    readList(readProject)(document, draft, tools);
    addOwnBackend(document, draft);
    addBuildHooks(document, draft);
    const licence = under(document.root, 'project', 'license');
    const text = textOf(licence) ?? textOf(mapOf(licence)?.get('text')) ?? textOf(under(document.root, 'tool', 'poetry', 'license'));
    if (text !== null && !text.includes('\n'))
      sayLicence({ draft, tools }, { text, source: 'manifest' }, document.placeOf(['project', 'license']));
  },
});

/** A build backend that lies in the project itself runs when somebody installs it. @source PEP 517, "In-tree build backends". */
function addOwnBackend({ root, placeOf }: TextDocument, draft: Draft): void {
  const backend = textOf(under(root, 'build-system', 'build-backend'))?.split(':', 1)[0] ?? '';
  if (!/^[A-Za-z_][\w.]{0,200}$/.test(backend)) return;
  for (const folder of listOf(under(root, 'build-system', 'backend-path')).slice(0, 20)) {
    const file = `${textOf(folder) ?? ''}/${backend.replaceAll('.', '/')}.py`;
    addActivation(file, 'build-backend of pyproject.toml', placeOf(['build-system', 'build-backend']), draft);
  }
}

/** @source documentation of hatch ("Custom build hook"), poetry ("build"), pdm-backend ("Build hooks"), setuptools ("cmdclass"). */
function addBuildHooks({ root, placeOf }: TextDocument, draft: Draft): void {
  const tool = (...path: string[]) => under(root, 'tool', ...path);
  const add = (file: string | null, path: Path) => {
    if (file !== null && file !== '') addBuildStep(file, `${path.slice(1).join('.')} of pyproject.toml`, placeOf(path), draft);
  };
  for (const path of [
    ['hatch', 'build', 'hooks', 'custom'],
    ['hatch', 'build', 'targets', 'wheel', 'hooks', 'custom'],
    ['hatch', 'metadata', 'hooks', 'custom'],
  ])
    if (mapOf(tool(...path)) !== null) add(textOf(under(tool(...path), 'path')) ?? 'hatch_build.py', ['tool', ...path]);
  add(textOf(tool('poetry', 'build')) ?? textOf(tool('poetry', 'build', 'script')), ['tool', 'poetry', 'build']);
  add(textOf(tool('pdm', 'build', 'custom-hook')), ['tool', 'pdm', 'build', 'custom-hook']);
  for (const [name, value] of entriesOf(tool('setuptools', 'cmdclass')).slice(0, 50)) {
    const file = moduleFile(textOf(value) ?? '');
    add(file, ['tool', 'setuptools', 'cmdclass', name]);
  }
}

function readProject(document: TextDocument, list: PackageList): void {
  const { root } = document;
  const addAll = (path: Path, scope: Scope): void => {
    for (const [at, one] of listOf(under(root, ...path.map(String))).entries()) {
      const text = textOf(one);
      if (text !== null) addRequirement(text, { scope, path: [...path, at], document, list });
    }
  };
  addAll(['project', 'dependencies'], 'runtime');
  addAll(['build-system', 'requires'], 'development');
  addAll(['tool', 'uv', 'dev-dependencies'], 'development');
  for (const [extra] of entriesOf(under(root, 'project', 'optional-dependencies')))
    addAll(['project', 'optional-dependencies', extra], 'optional');
  for (const [group] of entriesOf(under(root, 'dependency-groups'))) addAll(['dependency-groups', group], 'development');
  for (const [group] of entriesOf(under(root, 'tool', 'pdm', 'dev-dependencies')))
    addAll(['tool', 'pdm', 'dev-dependencies', group], 'development');
  readPoetry(document, list);
  readSources(document, list);
}

type Written = { readonly scope: Scope; readonly path: Path; readonly document: TextDocument; readonly list: PackageList };

function addRequirement(text: string, { scope, path, document, list }: Written): void {
  const found = parseRequirement(text);
  if (found === null) return;
  const where = document.placeOf(path);
  const { name, version, specifier: requirement, url } = found;
  const origin = url === null ? null : sayReference(list, url, where);
  list.add({ ecosystem: 'PyPI', name, version, requirement, relation: 'direct', scope, origin }, where);
}

function readPoetry(document: TextDocument, list: PackageList): void {
  const poetry = under(document.root, 'tool', 'poetry');
  readTable(['tool', 'poetry', 'dependencies'], 'runtime', { document, list });
  readTable(['tool', 'poetry', 'dev-dependencies'], 'development', { document, list });
  for (const [group] of entriesOf(under(poetry, 'group')))
    readTable(['tool', 'poetry', 'group', group, 'dependencies'], 'development', { document, list });
}

/** `name = "^1.2"` or `name = { version, git, rev, url, path, source }`. Also the form of Pipfiles. */
export function readTable(path: Path, scope: Scope, { document, list }: { document: TextDocument; list: PackageList }): void {
  for (const [name, value] of entriesOf(under(document.root, ...path.map(String)))) {
    if (name === 'python') continue;
    // Several constraints, each for other versions of Python or other systems.
    const choices = Array.isArray(value)
      ? value.map((one, at) => [one, [...path, name, at]] as const)
      : [[value, [...path, name]] as const];
    for (const [choice, place] of choices) addChoice(name, choice, { scope, path: place, document, list });
  }
}

function addChoice(name: string, value: JsonValue, { scope, path, document, list }: Written): void {
  const where = document.placeOf(path);
  const options = mapOf(value);
  const requirement = textOf(value) ?? textOf(options?.get('version')) ?? '';
  const git = textOf(options?.get('git'));
  const url = textOf(options?.get('url')) ?? textOf(options?.get('file'));
  const revision =
    textOf(options?.get('rev')) ?? textOf(options?.get('ref')) ?? textOf(options?.get('tag')) ?? textOf(options?.get('branch'));
  const address = git === null ? url : `git+${git}${revision === null ? '' : `@${revision}`}`;
  const origin = address === null ? textOf(options?.get('path')) : sayReference(list, address, where);
  list.add(
    {
      ecosystem: 'PyPI',
      name,
      version: exactPython(requirement),
      requirement: asSpecifier(requirement),
      relation: 'direct',
      scope: options?.get('optional') === true ? 'optional' : scope,
      origin,
    },
    where,
  );
}

function exactPython(requirement: string): string | null {
  return /^={2,3}\s*([A-Za-z0-9.!+_-]+)$/.exec(requirement.trim())?.[1] ?? /^\d[A-Za-z0-9.!+_-]*$/.exec(requirement.trim())?.[0] ?? null;
}

/** Poetry's caret and tilde as PEP 440 says the same. @source Poetry documentation, "Dependency specification" */
export function asSpecifier(requirement: string): string {
  const text = requirement.trim();
  if (text === '*') return '';
  const caret = /^\^\s*(\d+(?:\.\d+)*)$/.exec(text)?.[1];
  if (caret !== undefined) return `>=${caret},<${nextBreaking(caret)}`;
  const tilde = /^~\s*(\d+(?:\.\d+)*)$/.exec(text)?.[1];
  if (tilde === undefined) return text;
  const parts = tilde.split('.');
  return `>=${tilde},<${raised(parts.slice(0, Math.min(2, parts.length)))}`;
}

/** The first number that is not 0 may not change. */
function nextBreaking(version: string): string {
  const parts = version.split('.');
  const first = parts.findIndex((part) => Number(part) > 0);
  return raised(parts.slice(0, first < 0 ? parts.length : first + 1));
}
function raised(parts: readonly string[]): string {
  return [...parts.slice(0, -1), String(Number(parts.at(-1) ?? '0') + 1)].join('.');
}

/** Where else packages may come from. */
function readSources({ root, placeOf }: TextDocument, list: PackageList): void {
  const say = (address: string | null, path: Path, isExtra: boolean): void => {
    if (address === null) return;
    if (isExtra) sayExtraIndex(list, address, placeOf(path));
    else sayIndex(list, address, placeOf(path));
  };
  for (const [at, source] of listOf(under(root, 'tool', 'poetry', 'source')).entries())
    say(
      textOf(under(source, 'url')),
      ['tool', 'poetry', 'source', at],
      textOf(under(source, 'priority')) === 'supplemental' || under(source, 'secondary') === true,
    );
  for (const [at, source] of listOf(under(root, 'tool', 'uv', 'index')).entries())
    say(textOf(under(source, 'url')), ['tool', 'uv', 'index', at], under(source, 'explicit') !== true && under(source, 'default') !== true);
  for (const [at, source] of listOf(under(root, 'tool', 'pdm', 'source')).entries())
    say(textOf(under(source, 'url')), ['tool', 'pdm', 'source', at], false);
  say(textOf(under(root, 'tool', 'uv', 'index-url')), ['tool', 'uv', 'index-url'], false);
  for (const [at, address] of listOf(under(root, 'tool', 'uv', 'extra-index-url')).entries())
    say(textOf(address), ['tool', 'uv', 'extra-index-url', at], true);
}
