/** What a zip archive is, by the members that make its format; and how the members of each kind are opened. */
import type { Artefact } from '../../engine/artefact.ts';
import { isExportedProgram, openExportedMember } from '../graphs/torch-export.ts';
import { isTorchPackage, openPackageMember } from '../python/torch-package.ts';
import { torchArchive } from '../python/torch-zip.ts';
import { checkDduf } from './dduf.ts';
import type { Archive, ArchiveMember, ArchiveTarget } from './zip-archive.ts';
import { openMember } from './zip-member.ts';

type Kind = {
  readonly format: string;
  readonly role: Artefact['role'];
  readonly is: (names: ReadonlySet<string>) => boolean;
  readonly open?: Archive['open'];
};

const kinds: readonly Kind[] = [
  {
    format: 'keras-zip',
    role: 'model',
    is: (names) => names.has('config.json') && (names.has('model.weights.h5') || names.has('metadata.json')),
  },
  { format: 'npz', role: 'dataset', is: (names) => names.size > 0 && [...names].every((name) => name.endsWith('.npy')) },
  { format: 'skops', role: 'model', is: (names) => names.has('schema.json') },
  { format: 'torchserve-mar', role: 'model', is: (names) => names.has('MAR-INF/MANIFEST.json') },
  {
    format: 'coreml-package',
    role: 'model',
    is: (names) => [...names].some((name) => name.endsWith('.mlmodel') || /(^|\/)Data\/com\.apple\.CoreML\//.test(name)),
  },
  { format: 'torch-exported', role: 'model', is: isExportedProgram, open: openExportedMember },
  { format: 'torch-package', role: 'model', is: isTorchPackage, open: openPackageMember },
  { format: 'dduf', role: 'model', is: (names) => names.has('model_index.json'), open: checkDduf },
  {
    format: 'llamafile',
    role: 'model',
    is: (names) => names.has('.args') || names.has('.cosmo'),
  },
];

/** @param memberNames as the directory lists them; at most 100,000 by budget. */
export function describeArchive(memberNames: readonly string[]): Archive {
  const names = new Set(memberNames);
  const torchRoot = memberNames.find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (torchRoot !== undefined && !isTorchPackage(names)) return torchArchive(torchRoot.slice(0, -'data.pkl'.length), names);
  const kind = kinds.find(({ is }) => is(names));
  if (!kind) return { format: 'zip', role: 'container' };
  const { format, role, open } = kind;
  return { format, role, ...(open ? { open } : {}) };
}

export function openArchiveMember(archive: Archive, member: ArchiveMember, target: ArchiveTarget): void {
  if (archive.open?.(member, target)) return;
  target.draft.members.push(openMember(member, member.place, target.tools));
}
