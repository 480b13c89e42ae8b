/** What a zip archive is, by the members that make its format; and how the members of each kind are opened. */
import type { Artefact } from '../../engine/artefact.ts';
import { torchArchive } from '../python/torch-zip.ts';
import type { Archive, ArchiveMember, ArchiveTarget } from './zip-archive.ts';
import { openMember } from './zip-member.ts';

type Kind = {
  readonly format: string;
  readonly role: Artefact['role'];
  readonly is: (names: ReadonlySet<string>) => boolean;
  /** What of this kind no reader checks yet. */
  readonly unread?: string;
};

const kinds: readonly Kind[] = [
  {
    format: 'keras-zip',
    role: 'model',
    is: (names) => names.has('config.json') && (names.has('model.weights.h5') || names.has('metadata.json')),
  },
  { format: 'npz', role: 'dataset', is: (names) => names.size > 0 && [...names].every((name) => name.endsWith('.npy')) },
  { format: 'skops', role: 'model', is: (names) => names.has('schema.json') },
  {
    format: 'torchserve-mar',
    role: 'model',
    is: (names) => names.has('MAR-INF/MANIFEST.json'),
    unread: 'The handler of a model archive is Python source, which is not judged yet.',
  },
  {
    format: 'coreml-package',
    role: 'model',
    is: (names) => [...names].some((name) => name.endsWith('.mlmodel') || name.endsWith('model.mlmodel')),
  },
  { format: 'dduf', role: 'model', is: (names) => names.has('model_index.json') },
];

/** @param memberNames as the directory lists them; at most 100,000 by budget. */
export function describeArchive(memberNames: readonly string[]): Archive {
  const names = new Set(memberNames);
  const torchRoot = memberNames.find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (torchRoot !== undefined) return torchArchive(torchRoot.slice(0, -'data.pkl'.length), names);
  const kind = kinds.find(({ is }) => is(names));
  if (!kind) return { format: 'zip', role: 'container' };
  const { format, role, unread } = kind;
  if (unread === undefined) return { format, role };
  return {
    format,
    role,
    finish: (draft) => {
      draft.unread.push({ reason: 'unsupported', detail: unread, where: draft.where });
    },
  };
}

export function openArchiveMember(archive: Archive, member: ArchiveMember, target: ArchiveTarget): void {
  if (archive.open?.(member, target)) return;
  target.draft.members.push(openMember(member, member.place, target.tools));
}
