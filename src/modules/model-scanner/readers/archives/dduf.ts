/** DDUF: a whole diffusion pipeline in one zip that is mapped into memory, hence stored members of a few kinds only. */
import { placeName } from '../../engine/place.ts';
import { broken } from '../../engine/reader.ts';
import type { ArchiveMember, ArchiveTarget } from './zip-archive.ts';

const allowed = /\.(json|model|safetensors|txt)$/;

/**
 * @source the DDUF format description of huggingface_hub: no compression, endings `.json`, `.model`, `.safetensors`, `.txt`, one level of folders.
 * @returns false: members are opened as everywhere else.
 */
export function checkDduf({ name, method, place }: ArchiveMember, { draft }: ArchiveTarget): boolean {
  // A repository packed as an ordinary zip has the same members and none of the rules.
  if (!placeName(draft.where).toLowerCase().endsWith('.dduf')) return false;
  const note = (code: string, detail: string) => draft.anomalies.push(broken(code, detail, place));
  if (method !== 0) note('dduf-compressed', `${name} is packed, where the format demands stored members.`);
  if (!allowed.test(name)) note('dduf-ending', `${name} is of a kind that the format does not allow.`);
  if (name.split('/').length > 2) note('dduf-depth', `${name} lies deeper than the one folder the format allows.`);
  return false;
}
