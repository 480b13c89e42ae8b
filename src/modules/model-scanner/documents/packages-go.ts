/** go.mod: the versions a module asks for; minimal version selection makes them the ones that are used, or older than those. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, type PackageList, readList } from '../packages/package-list.ts';

type Replacement = { readonly to: string; readonly version: string | null };

export default defineDocument({
  format: 'go-mod',
  role: 'config',
  syntaxes: ['text'],
  names: /^go\.mod$/,
  is: (document) => isOwnList(document) && /^module\s/m.test(document.text),
  read: readList((document, list) => {
    const lines = [...statements(document.text)];
    const replaced = replacementsOf(lines);
    for (const { verb, text, offset } of lines) {
      const match = verb === 'require' ? /^("?)(\S{1,300}?)\1\s+(v\S{1,150})(\s*\/\/\s*indirect)?/.exec(text) : null;
      if (match === null) continue;
      const [, , name = '', version = '', indirect] = match;
      const other = replaced.get(`${name}@${version}`) ?? replaced.get(name);
      const relation = indirect === undefined ? 'direct' : 'transitive';
      const where = document.placeAt(offset, text.length);
      if (other === undefined) list.add({ ecosystem: 'Go', name, version, relation }, where);
      else addReplaced(other, { list, relation, name, where });
    }
  }),
});

type Added = {
  readonly list: PackageList;
  readonly relation: 'direct' | 'transitive';
  readonly name: string;
  readonly where: Parameters<PackageList['add']>[1];
};
/** A replacement without a version is a folder. */
function addReplaced({ to, version }: Replacement, { list, relation, name, where }: Added): void {
  if (version === null) list.add({ ecosystem: 'Go', name, relation, origin: to }, where);
  else list.add({ ecosystem: 'Go', name: to, version, relation }, where);
}

function replacementsOf(lines: readonly { verb: string; text: string }[]): Map<string, Replacement> {
  const replaced = new Map<string, Replacement>();
  for (const { verb, text } of lines) {
    const match = verb === 'replace' ? /^(\S{1,300})(?:\s+(v\S{1,150}))?\s+=>\s+(\S{1,500})(?:\s+(v\S{1,150}))?/.exec(text) : null;
    if (match !== null)
      replaced.set(match[2] === undefined ? (match[1] ?? '') : `${match[1]}@${match[2]}`, {
        to: match[3] ?? '',
        version: match[4] ?? null,
      });
  }
  return replaced;
}

/** `require (` blocks and single lines alike. @source Go modules reference, "go.mod files" */
function* statements(text: string): Generator<{ verb: string; text: string; offset: number }> {
  let block = '';
  for (const { text: line, offset } of linesOf(text)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('//')) continue;
    if (block !== '' && trimmed.startsWith(')')) {
      block = '';
      continue;
    }
    const opened = /^(require|replace|exclude|retract)\s*\(/.exec(trimmed)?.[1];
    if (opened !== undefined) {
      block = opened;
      continue;
    }
    const single = /^(require|replace)\s+(.*)$/.exec(trimmed);
    if (block !== '') yield { verb: block, text: trimmed, offset: offset + line.indexOf(trimmed) };
    else if (single !== null) yield { verb: single[1] ?? '', text: single[2] ?? '', offset: offset + line.indexOf(single[2] ?? '') };
  }
}
