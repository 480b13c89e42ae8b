/** Settings of package managers as lines of `key = value`: `.npmrc`, `pip.conf`, `.pypirc`, `.yarnrc`. Which index answers, what is not checked, what runs. */
import type { Where } from '../../../contract/finding.ts';
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { linesOf, type PackageList, readList } from '../packages/package-list.ts';
import { sayExtraIndex, sayIndex, sayOnlyIndex } from '../packages/source-practice.ts';

type Setting = { readonly section: string; readonly key: string; readonly value: string; readonly text: string; readonly where: Where };

/** @source npm documentation, "config": settings whose value is a program or is loaded by one. */
const programs = new Set(['git', 'script-shell', 'shell', 'node-options', 'onload-script', 'init-module', 'viewer', 'editor', 'yarn-path']);

export default defineDocument({
  format: 'package-manager-settings',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:\.?npmrc|\.yarnrc|pip\.(?:conf|ini)|\.pypirc|\.pydistutils\.cfg)$/,
  is: ({ path }) => !/(?:^|\/)node_modules\//.test(path),
  read: readList((document, list) => {
    const isPip = /^pip\.|^\.py/.test(document.name);
    for (const setting of settingsOf(document, isPip)) (isPip ? readPip : readNpm)(setting, list);
  }),
});

/** Keys of npm hold colons (`@scope:registry`), those of yarn stand before a blank. */
const npmPair = /^("?)([^=\s"]{1,300})\1\s*(?:=|\s)\s*(.*)$/;
const iniPair = /^()([^=\s:]{1,300})\s*[=:]\s*(.*)$/;

/** Values of ini files go on on lines that begin with blanks. */
function* settingsOf({ text, placeAt }: TextDocument, isPip: boolean): Generator<Setting> {
  let section = '';
  let key = '';
  for (const { text: line, offset } of linesOf(text)) {
    const bare = line.trim();
    if (bare === '' || /^[#;]/.test(bare)) continue;
    const heading = /^\[([^\]]{1,200})\]/.exec(bare)?.[1];
    if (heading !== undefined) {
      section = heading.trim().toLowerCase();
      key = '';
      continue;
    }
    const pair = /^\s/.test(line) && key !== '' ? null : (isPip ? iniPair : npmPair).exec(bare);
    if (pair) key = pair[2] ?? '';
    const value = (pair ? (pair[3] ?? '') : bare).replace(/\s[#;].*$/, '').replace(/^["']|["']$/g, '');
    if (key !== '' && value !== '') yield { section, key, value, text: line, where: placeAt(offset, line.length) };
  }
}

/** @source pip documentation, "Configuration"; PyPA specifications, "The .pypirc file". */
function readPip({ key, value, text, where }: Setting, list: PackageList): void {
  const name = key.toLowerCase().replaceAll('_', '-');
  for (const word of value.split(/\s+/).slice(0, 50)) {
    if (name === 'index-url' || name === 'index') sayOnlyIndex(list, word, where);
    if (name === 'extra-index-url') sayExtraIndex(list, word, where);
    if (name === 'find-links' || name === 'repository') sayIndex(list, word, where);
    if (name === 'trusted-host') sayUnchecked(list, { host: word, text }, where);
  }
}

function readNpm({ key, value, text, where }: Setting, list: PackageList): void {
  const name = key.toLowerCase();
  // A scope binds its names to one registry: nobody else can answer for them.
  if (/^@[^:]{1,200}:registry$/.test(name)) sayIndex(list, value, where);
  if (name === 'registry') sayOnlyIndex(list, value, where);
  if (name === 'strict-ssl' && value === 'false') sayUnchecked(list, { host: 'every registry', text }, where);
  if (!programs.has(name) || !startsOwn(name, value)) return;
  list.practice(
    'runs-own-program',
    { detail: `The setting ${name} names a program of the project, which runs with the next command here.`, text },
    where,
  );
}

/** A program of the project, or anything that Node is told to load first; `git` and `bash` by name are those of the machine. */
function startsOwn(name: string, value: string): boolean {
  if (name === 'yarn-path' && /^(?:\.\/)?\.yarn\/releases\/yarn-?[\w.-]{0,60}\.[cm]?js$/.test(value)) return false;
  if (name === 'node-options') return /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)[=\s]/.test(value);
  return /^\.{0,2}[\\/]|^[^\\/\s]+[\\/]|^https?:/.test(value) && !/^[\\/](?:usr[\\/])?(?:local[\\/])?bin[\\/]/.test(value);
}

function sayUnchecked(list: PackageList, { host, text }: { readonly host: string; readonly text: string }, where: Where): void {
  list.practice(
    'trusted-host',
    { detail: `Certificates of ${host.slice(0, 200)} are not checked: whoever sits between can replace packages.`, text },
    where,
  );
}
