/** setup.cfg of setuptools: install_requires, extras, setup and test requirements. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { isOwnList, linesOf, readList } from '../packages/package-list.ts';
import { parseRequirement } from '../packages/requirement-line.ts';
import { sayReference } from '../packages/source-practice.ts';
import { addBuildStep, moduleFile } from './repository-path.ts';

const lists = new Map([
  ['install_requires', 'runtime'],
  ['setup_requires', 'development'],
  ['tests_require', 'development'],
] as const);

export default defineDocument({
  format: 'setup-cfg',
  role: 'config',
  syntaxes: ['text'],
  names: /^setup\.cfg$/,
  is: (document) => isOwnList(document) && /^\[options|^\s*setup[-_]hooks/m.test(document.text),
  read: (document, draft, tools) => {
    readRequirements(document, draft, tools);
    addHooks(document, draft);
  },
});

/** @source setuptools `ConfigOptionsHandler.parsers` (cmdclass); pbr and d2to1 (setup-hooks). */
function addHooks({ text, placeAt }: TextDocument, draft: Draft): void {
  let key = '';
  for (const { text: line, offset } of linesOf(text)) {
    const setting = /^([A-Za-z0-9_-]{1,60})\s*[=:]\s*(.*)$/.exec(line);
    if (setting !== null || line.startsWith('[')) key = setting?.[1]?.replaceAll('-', '_') ?? '';
    if (key !== 'cmdclass' && key !== 'setup_hooks') continue;
    const value = (setting?.[2] ?? line).replace(/#.*$/, '').trim();
    const file = moduleFile(key === 'cmdclass' ? value.replace(/^[\w-]{1,60}\s*=\s*/, '') : value);
    if (file !== null) addBuildStep(file, `${key} of setup.cfg`, placeAt(offset, line.length), draft);
  }
}

const readRequirements = readList((document, list) => {
  let section = '';
  let key = '';
  for (const { text, offset } of linesOf(document.text)) {
    const heading = /^\[([^\]]{1,200})\]/.exec(text)?.[1];
    if (heading !== undefined) {
      section = heading.trim();
      key = '';
      continue;
    }
    const setting = /^([A-Za-z0-9_.-]{1,100})\s*[=:]\s*(.*)$/.exec(text);
    if (setting !== null) key = setting[1] ?? '';
    const scope =
      section === 'options' ? scopeOf(key) : section === 'options.extras_require' && key !== '' ? ('optional' as const) : undefined;
    const value = (setting === null ? text : (setting[2] ?? '')).replace(/(?:^|\s)#.*$/, '').trim();
    const found = scope === undefined || value === '' ? null : parseRequirement(value);
    if (found === null || scope === undefined) continue;
    const where = document.placeAt(offset, text.length);
    const origin = found.url === null ? null : sayReference(list, found.url, where);
    list.add(
      { ecosystem: 'PyPI', name: found.name, version: found.version, requirement: found.specifier, relation: 'direct', scope, origin },
      where,
    );
  }
});

function scopeOf(key: string): 'runtime' | 'development' | undefined {
  for (const [name, scope] of lists) if (name === key) return scope;
  return undefined;
}
