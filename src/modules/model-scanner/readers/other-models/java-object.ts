/** Serialised Java objects: every class the stream can make its reader build, by name. */
import { memberPlace, rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import type { GraphOperators } from '../../engine/tables.ts';

const latin1 = new TextDecoder('latin1');
const step = 2 ** 20;
/** Longest class name with its marker, length, number, flags and count of fields. */
const overlap = 1024;
const mostClasses = 20_000;
/** TC_CLASSDESC and TC_PROXYCLASSDESC. @source Java Object Serialization Specification, section 6.4.2. */
const classMark = 0x72;
const proxyMark = 0x7d;

export default defineReader({
  format: 'java-serialised',
  certain: ({ head }) => head[0] === 0xac && head[1] === 0xed && head[2] === 0 && head[3] === 5,
  read: (source, where, tools) => {
    const draft = draftArtefact('java-serialised', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readClasses(source, draft, tools));
    return draft;
  },
});

/**
 * Finds class descriptions anywhere in the bytes rather than by walking the objects: custom data written by `writeObject` has no
 * description of its own, so a walk would have to know each class. What is found is a superset of what is built.
 */
function readClasses(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const classes = new Map<string, number>();
  let stored: number | null = null;
  for (let at = 0; at < source.size; at += step) {
    tools.budget.checkTime();
    const bytes = source.read(at, step + overlap);
    for (let i = 0; i < Math.min(step, bytes.length); i++) {
      const name = bytes[i] === classMark ? className(bytes, i) : bytes[i] === proxyMark ? proxyName(bytes, i) : null;
      if (name !== null && classes.size < mostClasses && !classes.has(name)) classes.set(name, at + i);
      if (
        stored === null &&
        bytes[i] === 0xca &&
        bytes[i + 1] === 0xfe &&
        bytes[i + 2] === 0xba &&
        bytes[i + 3] === 0xbe &&
        bytes[i + 4] === 0
      )
        stored = at + i;
    }
  }
  draft.metadata.set('classes', classes.size);
  const [first] = classes.keys();
  if (first !== undefined) draft.metadata.set('first_class', first.slice(0, 200));
  const table = tools.tables.operators.graphs.get('java') ?? { harmful: new Map(), known: new Set() };
  for (const [name, at] of classes) addClass(name, at, { table, draft, storesClass: stored !== null });
  if (stored !== null)
    draft.members.push(
      tools.open(windowSource(source, stored, source.size - stored), memberPlace(draft.where, `(class file at ${stored})`)),
    );
}

/** Combinations of SC_ flags that a writer makes: none, serialisable (with own data), externalisable (in blocks), an enumeration. */
const flagSets = new Set([0, 2, 3, 4, 12, 18]);

/** Marker, length, name, serial number (8), flags (one of few), count of fields (small). */
function className(bytes: Uint8Array, at: number): string | null {
  const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  const end = at + 3 + length;
  if (length === 0 || length > 500 || end + 11 > bytes.length) return null;
  const flags = bytes[end + 8] ?? 0;
  if (!flagSets.has(flags) || (bytes[end + 9] ?? 0) > 8) return null;
  const name = latin1.decode(bytes.subarray(at + 3, end));
  return isClassName(name) ? name.replace(/^\[+L(.*);$/, '$1') : null;
}

/** Marker, count of interfaces (4), then their names: a proxy hands every call to what it holds. */
function proxyName(bytes: Uint8Array, at: number): string | null {
  const count = (bytes[at + 3] ?? 255) * 256 + (bytes[at + 4] ?? 255);
  if (bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || count === 0 || count > 100) return null;
  const length = ((bytes[at + 5] ?? 0) << 8) | (bytes[at + 6] ?? 0);
  if (length === 0 || length > 500 || at + 7 + length > bytes.length) return null;
  const name = latin1.decode(bytes.subarray(at + 7, at + 7 + length));
  return /\./.test(name) && isClassName(name) ? `proxy of ${name}` : null;
}

function isClassName(name: string): boolean {
  return /^(?:\[+(?:[BCDFIJSZ]|L(?=.*;$)))?(?:[A-Za-z_$][\w$]*(?:[./][A-Za-z_$][\w$]*)*;?)?$/.test(name) && name !== '';
}

type Target = { readonly table: GraphOperators; readonly draft: Draft; readonly storesClass: boolean };

function addClass(name: string, at: number, { table, draft, storesClass }: Target): void {
  const where = rangePlace(draft.where, at, name.length + 3);
  const harm = table.harmful.get(name);
  if (harm) {
    // A class file stored for a class that defines classes from bytes leaves no doubt.
    const proved = storesClass && /TemplatesImpl$/.test(name);
    const certainty = proved ? 'proved' : 'possible';
    draft.operators.push({
      framework: 'java',
      domain: '',
      name,
      known: true,
      effect: harm.effect,
      certainty,
      detail: `is part of published attack chains: it ${harm.why}`,
      where,
    });
    return;
  }
  if (/^\[/.test(name) || isKnown(name.replace(/^proxy of /, ''), table.known)) return;
  const detail = 'a class outside the known model libraries, whose code runs when the object is read';
  draft.operators.push({
    framework: 'java',
    domain: '',
    name: name.slice(0, 200),
    known: false,
    effect: 'none',
    certainty: 'possible',
    detail,
    where,
  });
}

function isKnown(name: string, known: ReadonlySet<string>): boolean {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) if (known.has(name.slice(0, end))) return true;
  return false;
}
