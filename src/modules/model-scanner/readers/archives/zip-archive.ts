/** What a kind of zip archive adds to the general reader. */
import type { Where } from '../../../../contract/finding.ts';
import type { Artefact } from '../../engine/artefact.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import type { MemberBytes } from './zip-member.ts';

export type ArchiveMember = MemberBytes & { readonly place: Where };
export type ArchiveTarget = { readonly draft: Draft; readonly tools: ReaderTools };

export type Archive = {
  readonly format: string;
  readonly role: Artefact['role'];
  /** Opens a member the kind knows a rule for; false leaves it to the general way. */
  open?(member: ArchiveMember, target: ArchiveTarget): boolean;
  /** After the last member: what must hold between them. */
  finish?(draft: Draft, tools: ReaderTools): void;
};
