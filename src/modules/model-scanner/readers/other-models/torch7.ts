/** Torch7 files (`.t7`, `.net`): objects, tensors, and stored Lua functions, which are code. */
import { placeName, rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded } from '../../engine/reader.ts';
import { Torch7Binary, Torch7Text } from './torch7-input.ts';
import { type Torch7Function, Torch7Walk } from './torch7-walk.ts';

const latin1 = new TextDecoder('latin1');

export default defineReader({
  format: 'torch7',
  certain: ({ head }) => startsObject(head),
  plausible: ({ head, name }) => /\.(t7|net|dat)$/.test(name) || startsTable(head),
  read: (source, where, tools) => {
    const head = source.read(0, 64);
    const draft = draftArtefact('torch7', where, source.size);
    draft.role = 'model';
    const isText = /^\s*\d{1,2}\s/.test(latin1.decode(head.subarray(0, 8)));
    const input = isText ? new Torch7Text(source) : new Torch7Binary(source);
    const walk = new Torch7Walk(input, () => tools.budget.checkTime());
    guarded(draft, () => walk.all());
    if (!isTorch7(walk, { complete: draft.unread.length === 0 && input.left < 2, named: /\.t7$/i.test(placeName(where)) })) return null;
    addFacts(walk, draft);
    return draft;
  },
});

/** An object with number, version `V 1` and a class: binary or text. */
function startsObject(head: Uint8Array): boolean {
  // '4' in text, 4 in binary: most files end here.
  if (head[0] !== 0x34 && head[0] !== 4) return false;
  const text = latin1.decode(head.subarray(0, 64));
  if (/^4\n1\n3\nV 1\n\d{1,3}\n[A-Za-z_][\w.]*/.test(text)) return true;
  if (!text.startsWith('\u0004\0\0\0') || text.slice(8, 15) !== '\u0003\0\0\0V 1') return false;
  return /^[A-Za-z_][\w.]/.test(text.slice(19, 40));
}

/** A table, a stored function, or numbers that may be one of these; a second look follows. */
function startsTable(head: Uint8Array): boolean {
  const kind = head[0] ?? 0;
  return (
    head.length >= 16 &&
    (kind === 3 || kind === 6 || kind === 8) &&
    head[1] === 0 &&
    head[2] === 0 &&
    head[3] === 0 &&
    head[6] === 0 &&
    head[7] === 0
  );
}

/**
 * Small numbers parse as objects of this format easily: a class, compiled Lua, or a table that ends with the file makes the difference.
 */
function isTorch7(
  { classes, functions, rootKind }: Torch7Walk,
  { complete, named }: { readonly complete: boolean; readonly named: boolean },
): boolean {
  if (classes.size > 0 || functions.some(({ compiled }) => compiled)) return true;
  if (named && functions.length > 0) return true;
  return complete && (functions.length > 0 || rootKind === 3);
}

function addFacts({ classes, functions, parameters }: Torch7Walk, draft: Draft): void {
  draft.metadata.set('classes', [...classes.keys()].slice(0, 30).join(', ').slice(0, 300));
  if (parameters > 0) draft.metadata.set('parameters', parameters);
  if (functions.length > 0) draft.metadata.set('functions', functions.length);
  for (const found of functions.slice(0, 20)) addFunction(found, draft);
}

function addFunction({ at, size, compiled, words }: Torch7Function, draft: Draft): void {
  const what = compiled ? 'is compiled Lua code' : 'is Lua source';
  const uses = words.length === 0 ? '' : ` that uses ${words.join(', ')}`;
  draft.operators.push({
    framework: 'torch7',
    domain: '',
    name: `function of ${size} bytes at ${at}`,
    known: true,
    effect: 'exec',
    certainty: 'possible',
    detail: `${what}${uses}: the loader turns it into a function`,
    where: rangePlace(draft.where, at, size),
  });
}
