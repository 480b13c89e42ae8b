/** conda: environment.yml, conda-lock.yml, explicit lists. conda packages have no advisories of their own; pip ones inside do. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { parseReference, parseRequirement } from '../packages/requirement-line.ts';
import { sayExtraIndex, sayIndex, sayMissingDigests, sayReference } from '../packages/source-practice.ts';
import { entriesOf, listOf, mapOf, textOf, under } from '../packages/value.ts';

export default defineDocument({
  format: 'conda-environment',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^(?:.{0,60}[-_.])?(?:environment|conda|env)(?:[-_.].{0,60})?\.ya?ml$|^.{0,60}conda-lock\.ya?ml$/,
  is: (document) => isOwnList(document) && (isEnvironment(document) || isLock(document)),
  read: readList((document, list) => (isLock(document) ? readLock(document, list) : readEnvironment(document, list))),
});

function isEnvironment({ root }: TextDocument): boolean {
  return Array.isArray(under(root, 'dependencies')) && (under(root, 'channels') !== null || textOf(under(root, 'name')) !== null);
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

/** `channel::name=1.2=build`, `name>=1.0`, `name 1.2.*`. @source conda documentation, "Package match specifications" */
function addConda(spec: string, path: Path, { document, list }: Reading): void {
  const match = /^(?:([^\s:]{1,200})::)?([A-Za-z0-9_][A-Za-z0-9_.-]{0,150})\s*(?:\[[^\]]{0,300}\])?\s*(.{0,300})$/.exec(spec.trim());
  if (match === null) return;
  const [, channel, name = '', rest = ''] = match;
  const exact = /^={1,2}\s*(\d[A-Za-z0-9._+!-]*)(?:=.*)?$/.exec(rest)?.[1] ?? null;
  list.add(
    {
      ecosystem: 'conda',
      name,
      version: exact?.includes('*') ? null : exact,
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
  const reference = parseReference(text);
  if (reference !== null) {
    const origin = sayReference(list, text, where);
    if (reference.egg !== null)
      list.add({ ecosystem: 'PyPI', name: reference.egg, relation: 'direct', origin, digest: reference.digest }, where);
    return;
  }
  const found = parseRequirement(text);
  if (found === null) return;
  const origin = found.url === null ? null : sayReference(list, found.url, where);
  list.add(
    { ecosystem: 'PyPI', name: found.name, version: found.version, requirement: found.specifier, relation: 'direct', origin },
    where,
  );
}

function readLock(document: TextDocument, list: PackageList): void {
  const counts = { missing: 0, all: 0 };
  for (const [at, one] of listOf(under(document.root, 'package')).entries()) {
    const name = textOf(under(one, 'name'));
    if (name === null) continue;
    const [algorithm, value] = entriesOf(under(one, 'hash'))[0] ?? [];
    const digest = algorithm !== undefined && typeof value === 'string' ? `${algorithm}:${value}` : null;
    counts.all += 1;
    if (digest === null) counts.missing += 1;
    const version = under(one, 'version');
    list.add(
      {
        ecosystem: textOf(under(one, 'manager')) === 'pip' ? 'PyPI' : 'conda',
        name,
        version: typeof version === 'number' ? String(version) : textOf(version),
        digest,
      },
      document.placeOf(['package', at]),
    );
  }
  sayMissingDigests(list, counts, document.placeOf([]));
}
