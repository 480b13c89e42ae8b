/** package.json: what a project asks for, and what runs when it is installed. @source npm documentation, "package.json" */
import type { Where } from '../../../contract/finding.ts';
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { sayLicence } from '../packages/licence-facts.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { sayReference } from '../packages/source-practice.ts';
import { entriesOf, mapOf, textOf, under } from '../packages/value.ts';
import { addBuildStep } from './repository-path.ts';

const tables = [
  ['dependencies', 'runtime'],
  ['devDependencies', 'development'],
  ['optionalDependencies', 'optional'],
  ['peerDependencies', 'optional'],
] as const;
const installScripts = ['preinstall', 'install', 'postinstall'] as const;

export default defineDocument({
  format: 'npm-manifest',
  role: 'config',
  syntaxes: ['json'],
  names: /^package\.json$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: (document, draft, tools) => {
    readList(readManifest)(document, draft, tools);
    addStarted(document, draft);
    const licence = textOf(under(document.root, 'license')) ?? textOf(mapOf(under(document.root, 'license'))?.get('type'));
    if (licence !== null) sayLicence({ draft, tools }, { text: licence, source: 'manifest' }, document.placeOf(['license']));
  },
});

function readManifest(document: TextDocument, list: PackageList): void {
  for (const [table, scope] of tables)
    for (const [name, value] of entriesOf(under(document.root, table))) {
      const text = textOf(value);
      if (text !== null) addNpm(name, text, { scope, where: document.placeOf([table, name]), list });
    }
  for (const script of installScripts) {
    const text = textOf(under(document.root, 'scripts', script));
    if (text !== null) sayScript(script, text, { list, where: document.placeOf(['scripts', script]) });
  }
}

const startedFile = /(?:^|[\s;&|])node\s+(?:--?[\w-]{1,60}(?:=\S{1,200})?\s+){0,10}["']?(\.?\/?[\w@./-]{1,300})/g;

/** Files of the package that its installation runs. `prepare` runs where a package is installed from its repository. */
function addStarted({ root, placeOf }: TextDocument, draft: Draft): void {
  for (const script of [...installScripts, 'prepare'])
    for (const [, file = ''] of (textOf(under(root, 'scripts', script)) ?? '').matchAll(startedFile)) {
      const path = file.replace(/^\.\//, '');
      addBuildStep(/\.[cm]?js$/.test(path) ? path : `${path}.js`, `${script} of package.json`, placeOf(['scripts', script]), draft);
    }
}

type Asked = { readonly scope: 'runtime' | 'development' | 'optional'; readonly where: Where; readonly list: PackageList };

function addNpm(name: string, text: string, { scope, where, list }: Asked): void {
  const alias = /^npm:((?:@[^@/]{1,100}\/)?[^@/]{1,200})(?:@(.*))?$/.exec(text);
  const asked = alias === null ? text : (alias[2] ?? '');
  const known = { ecosystem: 'npm' as const, name: alias?.[1] ?? name, relation: 'direct' as const, scope };
  if (/^(?:workspace|file|link|portal|catalog):/.test(asked)) return void list.add({ ...known, origin: asked }, where);
  const address = repositoryOf(asked);
  if (address !== null) return void list.add({ ...known, origin: sayReference(list, address, where) }, where);
  list.add({ ...known, version: /^=?v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)$/.exec(asked)?.[1] ?? null, requirement: asked }, where);
}

/** Short forms of GitHub and others are addresses too. */
function repositoryOf(text: string): string | null {
  const short = /^(?:(github|gitlab|bitbucket):)?([A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100})(?:#(.{1,100}))?$/.exec(text);
  if (short !== null && !text.startsWith('@'))
    return `git+https://${short[1] ?? 'github'}.${short[1] === 'bitbucket' ? 'org' : 'com'}/${short[2]}${short[3] === undefined ? '' : `@${short[3]}`}`;
  if (/^git(?:\+|:)/.test(text)) return text.replace(/^git:/, 'git+git:').replace('#', '@');
  return /^https?:\/\//.test(text) ? (/\.git(?:#|$)/.test(text) ? `git+${text.replace('#', '@')}` : text) : null;
}

/** Fetching and running, or hiding what runs, in a step nobody sees. */
const fetches = /\b(?:curl|wget|Invoke-WebRequest|iwr|Start-BitsTransfer)\b|https?:\/\//i;
const hides = /\bnode\s+-e\b|\beval\b|base64|\bpowershell\b|\bpython3?\s+-c\b|\|\s*(?:ba|z|da)?sh\b/i;

function sayScript(script: string, text: string, { list, where }: { list: PackageList; where: Where }): void {
  const fetching = fetches.test(text);
  if (fetching || hides.test(text)) {
    const detail = fetching
      ? 'Installing this package fetches something and runs a command.'
      : 'Installing this package runs a command that hides what it does.';
    list.practice('install-script-fetches', { detail: `${script}: ${detail}`, text }, where);
    return;
  }
  list.practice('install-script', { detail: `${script}: installing this package runs a command.`, text }, where);
}
