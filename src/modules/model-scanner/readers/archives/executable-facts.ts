/** Native executables by a header that holds together: two letters at the start of tensor bytes prove nothing. */
import type { Where } from '../../../../contract/finding.ts';
import type { CodeFact } from '../../engine/artefact.ts';

/**
 * @param head the first bytes, at least 64 for a verdict.
 * @param size of the whole, for range checks.
 * @source ELF: System V ABI chapter 4; PE: Microsoft PE format; Mach-O: loader.h of Darwin.
 */
export function executableKind(head: Uint8Array, size: number): string | null {
  if (head.length < 64) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return elfKind(view, size) ?? portableExecutableKind(view, size) ?? machoKind(view);
}

function elfKind(view: DataView, size: number): string | null {
  if (view.getUint32(0) !== 0x7f454c46) return null;
  const [bits, order, version] = [view.getUint8(4), view.getUint8(5), view.getUint8(6)];
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2) || version !== 1) return null;
  const type = view.getUint16(16, order === 1);
  const headerOffset = bits === 2 ? Number(view.getBigUint64(32, order === 1)) : view.getUint32(28, order === 1);
  if (type === 0 || type > 4 || headerOffset > size) return null;
  return type === 3 ? 'ELF shared object' : 'ELF executable';
}

function portableExecutableKind(view: DataView, size: number): string | null {
  if (view.getUint16(0) !== 0x4d5a) return null;
  const headerAt = view.getUint32(60, true);
  if (headerAt + 24 > size || headerAt + 24 > view.byteLength) return null;
  if (view.getUint32(headerAt) !== 0x50450000) return null;
  const machine = view.getUint16(headerAt + 4, true);
  const sections = view.getUint16(headerAt + 6, true);
  const known = [0x14c, 0x8664, 0x1c0, 0x1c4, 0xaa64, 0x200].includes(machine);
  if (!known || sections === 0 || sections > 96) return null;
  return (view.getUint16(headerAt + 22, true) & 0x2000) === 0 ? 'PE executable' : 'PE library';
}

function machoKind(view: DataView): string | null {
  const magic = view.getUint32(0);
  const little = magic === 0xcffaedfe || magic === 0xcefaedfe;
  if (!little && magic !== 0xfeedfacf && magic !== 0xfeedface) return null;
  const type = view.getUint32(12, little);
  const commands = view.getUint32(16, little);
  if (type === 0 || type > 12 || commands === 0 || commands > 10_000) return null;
  return type === 6 || type === 8 ? 'Mach-O library' : 'Mach-O executable';
}

export function executableFacts(head: Uint8Array, size: number, where: Where): CodeFact[] {
  const kind = executableKind(head, size);
  return kind === null ? [] : [{ language: 'native', activated: false, detail: kind, text: '', where }];
}
