/** Archives of torch.export and AOTInductor (`.pt2`): graphs as JSON, raw tensors, compiled libraries, pickled sample inputs. */
import { rangePlace } from '../../engine/place.ts';
import { executableFacts } from '../archives/executable-facts.ts';
import type { ArchiveMember, ArchiveTarget } from '../archives/zip-archive.ts';

/** @source torch/export/pt2_archive/constants.py; before 2.8 the members were called `serialized_…`. */
export function isExportedProgram(names: ReadonlySet<string>): boolean {
  for (const name of names) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    if (base === 'serialized_exported_program.json' || base === 'archive_format' || /(^|\/)data\/aotinductor\//.test(name)) return true;
  }
  return false;
}

/** Raw tensors and one-word records have no format of their own; everything else is opened like a file. */
export function openExportedMember({ name, method, packed, place, size }: ArchiveMember, { draft }: ArchiveTarget): boolean {
  if (/(^|\/)(?:archive_format|archive_version|version|byteorder|\.format_version|\.data\/\w+)$/.test(name)) return true;
  const isTensor = /(^|\/)data\/(?:weights|constants)\/(?:weight|tensor|constant)_\d+$/.test(name);
  if (!isTensor || method !== 0) return false;
  draft.metadata.set('tensors', Number(draft.metadata.get('tensors') ?? 0) + 1);
  if (size >= 64) draft.code.push(...executableFacts(packed.read(0, 4096), packed.size, rangePlace(place, 0)));
  return true;
}
