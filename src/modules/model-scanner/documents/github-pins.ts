/** What `uses:` names, and whether it can be changed by others. */
import type { Where } from '../../../contract/finding.ts';
import type { Note } from './pipeline-practice.ts';

/** Kept by the platform itself; a tag of theirs that moves is one of its own releases. */
const platform = /^(actions|github)\//;

/** @param uses `owner/name@ref`, `owner/name/path@ref`, `docker://image`, `./local`. */
export function noteAction(uses: string, note: Note, where: Where): void {
  if (uses.startsWith('./') || uses.startsWith('../') || uses.includes('${{')) return;
  if (uses.startsWith('docker://')) {
    if (!/@sha256:[0-9a-f]{64}$/.test(uses))
      note({ code: 'mutable-action', detail: 'The step runs whatever image its maker pushed last under this tag.', text: uses, where });
    return;
  }
  const cut = uses.lastIndexOf('@');
  const name = cut < 0 ? uses : uses.slice(0, cut);
  const reference = cut < 0 ? '' : uses.slice(cut + 1);
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(reference)) return;
  const isBranch = reference === '' || /^(main|master|dev|develop|trunk|head|latest|stable|release)$/i.test(reference);
  if (isBranch && !platform.test(name))
    note({ code: 'branch-action', detail: 'The step runs whatever stands on a branch of somebody else’s repository.', text: uses, where });
  else
    note({
      code: platform.test(name) ? 'platform-action-by-tag' : 'mutable-action',
      detail: 'The step runs what its maker’s tag points to, and tags can be moved (CVE-2025-30066).',
      text: uses,
      where,
    });
}
