/** Formats told by their signature that have no reader here: models among them are unread, pictures and the like are nothing to judge. */
import type { Artefact } from '../../engine/artefact.ts';
import { defineReader, draftArtefact, type Glance } from '../../engine/reader.ts';

type Known = {
  readonly format: string;
  readonly role: Artefact['role'];
  /** Text (Latin-1) that stands at an offset of the head. */
  readonly text: string;
  readonly at?: number;
  /** Nothing in it is loaded as a model or as code: no reader is missing. */
  readonly plain?: true;
  /** Too short a signature to overrule a reader. */
  readonly weak?: true;
};

const model = (format: string, text: string, at = 0): Known => ({ format, role: 'model', text, at });
const dataset = (format: string, text: string, at = 0): Known => ({ format, role: 'dataset', text, at });
const container = (format: string, text: string, at = 0): Known => ({ format, role: 'container', text, at });
/** Values by key, nothing else. */
const plainModel = (format: string, text: string, at = 0): Known => ({ format, role: 'model', text, at, plain: true });
const plain = (format: string, text: string, at = 0): Known => ({ format, role: null, text, at, plain: true });
const weak = (format: string, text: string, at = 0): Known => ({ format, role: null, text, at, plain: true, weak: true });

/** @source each format's own specification. */
const signatures: readonly Known[] = [
  model('ggml-legacy', 'lmgg'),
  model('ggml-legacy', 'tjgg'),
  model('ggml-legacy', 'fmgg'),
  model('rknn', 'RKNN'),
  model('cntk', 'B\0C\0N\0'),
  model('mlir-bytecode', 'ML\u00efR'),
  dataset('avro', 'Obj\u0001'),
  dataset('orc', 'ORC'),
  container('rar', 'Rar!\u001a\u0007'),
  container('cab', 'MSCF\0\0\0\0'),
  container('rpm', '\u00ed\u00ab\u00ee\u00db'),
  plainModel('orbax-ocdbt', '\u000c\u00db:*'),
  plain('png', '\u0089PNG\r\n\u001a\n'),
  plain('jpeg', '\u00ff\u00d8\u00ff'),
  plain('gif', 'GIF87a'),
  plain('gif', 'GIF89a'),
  plain('pdf', '%PDF-'),
  plain('webp', 'WEBP', 8),
  plain('wav', 'WAVE', 8),
  plain('mp4', 'ftyp', 4),
  plain('ogg', 'OggS'),
  plain('flac', 'fLaC'),
  plain('mp3', 'ID3'),
  plain('woff', 'wOFF'),
  plain('woff2', 'wOF2'),
  plain('font', 'OTTO\0'),
  plain('font', '\0\u0001\0\0\0'),
  plain('sqlite', 'SQLite format 3\0'),
  plain('git-pack', 'PACK\0\0\0\u0002'),
  plain('java-class', '\u00ca\u00fe\u00ba\u00be\0\0\0'),
  plain('finder-folder', '\0\0\0\u0001Bud1'),
  plain('tiff', 'II*\0'),
  plain('tiff', 'MM\0*'),
  weak('bmp', 'BM'),
  weak('mp3', '\u00ff\u00fb'),
  weak('icon', '\0\0\u0001\0'),
];

/** Asked about every file: those that begin with its first byte and those that stand further behind, in their order. */
const behind = signatures.filter(({ at = 0 }) => at > 0);
const beginning: ReadonlyMap<number, readonly Known[]> = new Map(
  signatures
    .filter(({ at = 0 }) => at === 0)
    .map(({ text }) => {
      const first = text.charCodeAt(0);
      return [first, signatures.filter((known) => (known.at ?? 0) > 0 || known.text.charCodeAt(0) === first)];
    }),
);

/** LevelDB table footer: the index of a TensorFlow checkpoint, positions of tensors and nothing else. */
const tableFooter = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

export default defineReader({
  format: 'known-format',
  certain: (glance) => {
    const known = knownFormat(glance);
    return known !== null && known.weak === undefined;
  },
  plausible: (glance) => knownFormat(glance) !== null,
  read: (source, where) => {
    const tail = source.read(Math.max(0, source.size - 8), 8);
    const known = knownFormat({ head: source.read(0, 4096), tail });
    if (!known) return null;
    const draft = draftArtefact(known.format, where, source.size);
    draft.role = known.role;
    if (!known.plain)
      draft.unread.push({ reason: 'unsupported', detail: `The format ${known.format} is recognised, but no reader checks it yet.`, where });
    return draft;
  },
});

function knownFormat({ head, tail }: Pick<Glance, 'head' | 'tail'>): Known | null {
  for (const known of beginning.get(head[0] ?? -1) ?? behind) if (stands(head, known.text, known.at ?? 0)) return known;
  const footer = tail.subarray(-8);
  return footer.length === 8 && tableFooter.every((byte, i) => footer[i] === byte)
    ? { format: 'tensorflow-checkpoint-index', role: 'model', text: '', plain: true }
    : null;
}

function stands(head: Uint8Array, text: string, at: number): boolean {
  if (head.length < at + text.length) return false;
  for (let i = 0; i < text.length; i++) if (head[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
