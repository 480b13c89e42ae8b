/** conda: environment.yml, conda-lock.yml, explicit lists. conda packages have no advisories of their own; pip ones inside do. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { parseReference, parseRequirement } from '../packages/requirement-line.ts';
import { sayExtraIndex, sayIndex, sayMissingDigests } from '../packages/source-practice.ts';
import { listOf, mapOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { addPython, readReference } from './packages-requirements.ts';

export default defineDocument({
  format: 'conda-environment',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^(?:.{0,60}[-_.])?(?:environment|conda|env)(?:[-_.].{0,60})?\.ya?ml$|^.{0,60}conda-lock\.ya?ml$/,
  is: (document) => isOwnList(document) && (isEnvironment(document) || isLock(document)),
  read: readList((document, list) => (isLock(document) ? readLock(document, list) : readEnvironment(document, list))),
});

function isEnvironment({ root }: TextDocument): boolean {
  if (!Array.isArray(under(root, 'dependencies'))) return false;
  if (under(root, 'channels') !== null || textOf(under(root, 'name')) !== null) return true;
  return listOf(under(root, 'dependencies')).some((one) => mapOf(one)?.has('pip') === true);
}
function isLock({ root }: TextDocument): boolean {
  return Array.isArray(under(root, 'package')) && under(root, 'metadata', 'content_hash') !== null;
}

function readEnvironment(document: TextDocument, list: PackageList): void {
  for (const [at, channel] of listOf(under(document.root, 'channels')).entries()) {
    const address = textOf(channel);
    if (address?.includes('://')) sayIndex(list, address, document.placeOf(['channels', at]));
  }
  for (const [at, one] of listOf(under(document.root, 'dependencies')).entries()) {
    const spec = textOf(one);
    if (spec !== null) addConda(spec, ['dependencies', at], { document, list });
    for (const [index, line] of listOf(mapOf(one)?.get('pip')).entries()) {
      const text = textOf(line);
      if (text !== null) addPip(text.trim(), ['dependencies', at, 'pip', index], { document, list });
    }
  }
}

type Reading = { readonly document: TextDocument; readonly list: PackageList };
type Path = readonly (string | number)[];

/** `channel::name=1.2=build`, `name>=1.0`, `name 1.2.*`, `name[version='>=1']`; one `=` alone is a prefix, no version. @source conda documentation, "Package match specifications" */
function addConda(spec: string, path: Path, { document, list }: Reading): void {
  const match = /^(?:([^\s:]{1,200})::)?([A-Za-z0-9_][A-Za-z0-9_.-]{0,150})\s*(?:\[([^\]]{0,300})\])?\s*(.{0,300})$/.exec(spec.trim());
  if (match === null) return;
  const [, channel, name = '', options = '', outside = ''] = match;
  const rest = outside === '' ? (/\bversion\s*=\s*["']?([^"'\]]{1,200})/.exec(options)?.[1] ?? '') : outside;
  const exact = /^(?:==\s*(\d[A-Za-z0-9._+!-]*)(?:=.*)?|=(\d[A-Za-z0-9._+!-]*)=.*)$/.exec(rest);
  const version = exact?.[1] ?? exact?.[2] ?? null;
  list.add(
    {
      ecosystem: 'conda',
      name,
      version,
      requirement: rest,
      relation: 'direct',
      origin: channel?.includes('://') ? channel : null,
    },
    document.placeOf(path),
  );
}

function addPip(text: string, path: Path, { document, list }: Reading): void {
  const where = document.placeOf(path);
  if (text.startsWith('-')) {
    const [option = '', value = ''] = text.split(/[=\s]+/, 2);
    if (option === '--extra-index-url') sayExtraIndex(list, value, where);
    if (option === '-i' || option === '--index-url') sayIndex(list, value, where);
    if (option === '--trusted-host') list.practice('trusted-host', { detail: `Certificates of ${value} are not checked.`, text }, where);
    return;
  }
  const named = parseRequirement(text);
  if (named?.url == null && parseReference(text) !== null) readReference(text, list, where);
  else if (named !== null) addPython(list, { named, where });
}

function readLock(document: TextDocument, list: PackageList): void {
  const counts = { missing: 0, all: 0 };
  for (const [at, one] of listOf(under(document.root, 'package')).entries()) {
    const name = textOf(under(one, 'name'));
    if (name === null) continue;
    const digest = strongestOf(under(one, 'hash'));
    counts.all += 1;
    if (digest === null) counts.missing += 1;
    const version = under(one, 'version');
    list.add(
      {
        ecosystem: textOf(under(one, 'manager')) === 'pip' ? 'PyPI' : 'conda',
        name,
        version: typeof version === 'number' ? String(version) : textOf(version),
        digest,
        scope: textOf(under(one, 'category')) === 'dev' ? 'development' : 'runtime',
      },
      document.placeOf(['package', at]),
    );
  }
  sayMissingDigests(list, counts, document.placeOf([]));
}

function strongestOf(hash: JsonValue): string | null {
  for (const algorithm of ['sha256', 'md5']) {
    const value = textOf(under(hash, algorithm));
    if (value !== null) return `${algorithm}:${value}`;
  }
  return null;
}
