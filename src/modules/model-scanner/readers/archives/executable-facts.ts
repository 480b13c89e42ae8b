/** Native executables by a header that holds together: two letters at the start of tensor bytes prove nothing. */
import type { Where } from '../../../../contract/finding.ts';
import type { CodeFact } from '../../engine/artefact.ts';

export type ExecutableShape = {
  /** In words: `ELF shared object`. */
  readonly kind: string;
  /** First byte after everything the headers speak of; null: they do not tell. */
  readonly end: number | null;
};

/** ELF, MZ, the five beginnings of Mach-O, and the `j` of a shell script that is a program. */
const firstBytes: ReadonlySet<number> = new Set([0x7f, 0x4d, 0xcf, 0xce, 0xfe, 0xca, 0x6a]);

/**
 * @param head the first bytes, at least 64 for a verdict.
 * @param size of the whole, for range checks.
 * @source ELF: System V ABI chapters 4 and 5; PE: Microsoft PE format; Mach-O: loader.h and fat.h of Darwin;
 *         APE: the `MZqFpD` and `jartsr` beginnings of Actually Portable Executable, as llamafile ships.
 */
export function executableShape(head: Uint8Array, size: number): ExecutableShape | null {
  // Asked about every file: the first byte rules out nearly all of them.
  if (head.length < 64 || !firstBytes.has(head[0] ?? 0)) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return elfShape(view, size) ?? portableShape(view, size) ?? machoShape(view, size) ?? fatShape(view, size) ?? unixOnlyShape(head);
}

export function executableKind(head: Uint8Array, size: number): string | null {
  return executableShape(head, size)?.kind ?? null;
}

function elfShape(view: DataView, size: number): ExecutableShape | null {
  if (view.getUint32(0) !== 0x7f454c46) return null;
  const [bits, order, version] = [view.getUint8(4), view.getUint8(5), view.getUint8(6)];
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2) || version !== 1) return null;
  const little = order === 1;
  const type = view.getUint16(16, little);
  const wide = bits === 2;
  const programAt = wide ? Number(view.getBigUint64(32, little)) : view.getUint32(28, little);
  const sectionAt = wide ? Number(view.getBigUint64(40, little)) : view.getUint32(32, little);
  if (type === 0 || type > 4 || programAt > size) return null;
  const counts = wide ? 54 : 42;
  const programs = view.getUint16(counts + 2, little);
  const sections = view.getUint16(counts + 6, little) * view.getUint16(counts + 4, little);
  const kind = type === 1 ? 'ELF object file' : type === 3 ? 'ELF shared object' : 'ELF executable';
  const segments = elfSegmentsEnd(view, { little, wide, at: programAt, count: programs });
  // The section table stands last in what linkers write.
  const end = Math.max(segments ?? 0, sectionAt > 0 ? sectionAt + sections : 0);
  return { kind, end: end > 0 && end <= size ? end : null };
}

type Table = { readonly little: boolean; readonly wide: boolean; readonly at: number; readonly count: number };

function elfSegmentsEnd(view: DataView, { little, wide, at, count }: Table): number | null {
  const entry = wide ? 56 : 32;
  if (count > 200 || at + count * entry > view.byteLength) return null;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const place = at + i * entry;
    const offset = wide ? Number(view.getBigUint64(place + 8, little)) : view.getUint32(place + 4, little);
    const length = wide ? Number(view.getBigUint64(place + 32, little)) : view.getUint32(place + 16, little);
    end = Math.max(end, offset + length);
  }
  return end;
}

const machines = [0x14c, 0x8664, 0x1c0, 0x1c4, 0xaa64, 0x200];

function portableShape(view: DataView, size: number): ExecutableShape | null {
  if (view.getUint16(0) !== 0x4d5a) return null;
  const headerAt = view.getUint32(60, true);
  if (headerAt + 24 > size || headerAt + 24 > view.byteLength) return null;
  if (view.getUint32(headerAt) !== 0x50450000) return null;
  const machine = view.getUint16(headerAt + 4, true);
  const sections = view.getUint16(headerAt + 6, true);
  if (!machines.includes(machine) || sections === 0 || sections > 96) return null;
  const library = (view.getUint16(headerAt + 22, true) & 0x2000) !== 0;
  const portable = view.byteLength > 8 && view.getUint32(0) === 0x4d5a7146 && view.getUint16(4) === 0x7044;
  const kind = portable ? 'APE executable (runs on Linux, macOS and Windows)' : library ? 'PE library' : 'PE executable';
  return { kind, end: portable ? null : sectionsEnd(view, headerAt, sections, size) };
}

/** Sections that leave the file prove nothing more: a cut program is still one. */
function sectionsEnd(view: DataView, headerAt: number, count: number, size: number): number | null {
  const at = headerAt + 24 + view.getUint16(headerAt + 20, true);
  if (at + count * 40 > view.byteLength) return null;
  let end = 0;
  for (let i = 0; i < count; i++) end = Math.max(end, view.getUint32(at + i * 40 + 20, true) + view.getUint32(at + i * 40 + 16, true));
  return end > 0 && end <= size ? end : null;
}

function machoShape(view: DataView, size: number): ExecutableShape | null {
  const magic = view.getUint32(0);
  const little = magic === 0xcffaedfe || magic === 0xcefaedfe;
  if (!little && magic !== 0xfeedfacf && magic !== 0xfeedface) return null;
  const type = view.getUint32(12, little);
  const commands = view.getUint32(16, little);
  const commandBytes = view.getUint32(20, little);
  if (type === 0 || type > 12 || commands === 0 || commands > 10_000 || commandBytes < commands * 8 || commandBytes > size) return null;
  return { kind: type === 6 || type === 8 ? 'Mach-O library' : 'Mach-O executable', end: null };
}

/** Several Mach-O programs in one file. A Java class begins alike: what stands there as a count is 45 or more in it. */
function fatShape(view: DataView, size: number): ExecutableShape | null {
  const magic = view.getUint32(0);
  const count = view.getUint32(4);
  if ((magic !== 0xcafebabe && magic !== 0xcafebabf) || count === 0 || count > 30) return null;
  const entry = magic === 0xcafebabe ? 20 : 32;
  for (let i = 0; i < count && 8 + (i + 1) * entry <= view.byteLength; i++) {
    const at = 8 + i * entry;
    const offset = entry === 20 ? view.getUint32(at + 8) : Number(view.getBigUint64(at + 8));
    if (offset >= size) return null;
  }
  return { kind: 'universal Mach-O file', end: null };
}

/** The shell-script form of APE, for systems that are no Windows. */
function unixOnlyShape(head: Uint8Array): ExecutableShape | null {
  const start = Buffer.from(head.buffer, head.byteOffset, 8).toString('latin1');
  return start === "jartsr='\n" || start.startsWith("jartsr='") ? { kind: 'APE executable', end: null } : null;
}

export function executableFacts(head: Uint8Array, size: number, where: Where): CodeFact[] {
  const shape = executableShape(head, size);
  return shape === null ? [] : [{ language: 'native', activated: false, detail: shape.kind, text: '', where }];
}
