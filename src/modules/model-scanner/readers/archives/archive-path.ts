/** Member names and link targets that leave the folder they are unpacked into. */
import type { Where } from '../../../../contract/finding.ts';
import type { ExternalPathFact } from '../../engine/artefact.ts';

/** Absolute (POSIX, drive letter, UNC), a URL, or climbing out with `..`; backslashes count as separators, as on Windows. */
export function leavesFolder(path: string): boolean {
  const forward = path.replaceAll('\\', '/');
  if (forward.startsWith('/') || /^[A-Za-z]:/.test(forward)) return true;
  if (isAddress(path)) return true;
  let depth = 0;
  for (const part of forward.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return forward.startsWith('~');
}

export function isAddress(path: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]{1,30}:\/\//.test(path);
}

export function unsafeMemberPath(name: string, where: Where): ExternalPathFact[] {
  if (!leavesFolder(name)) return [];
  return [{ text: name.slice(0, 1000), purpose: 'archive-member', leavesFolder: true, effect: 'fs-write', where }];
}
