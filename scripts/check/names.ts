/** Names are words of the field. These words say nothing about what is inside. */
import type { Complaint } from './complaint.ts';

/** As a word anywhere in a name. */
const emptyWords = new Set(['util', 'utils', 'utility', 'utilities', 'helper', 'helpers', 'misc', 'manager', 'managers']);
/** As the whole name: "common-passwords" is a fine name, "common" is not. */
const emptyNames = new Set(['common', 'shared', 'types', 'base', 'impl']);

export function checkName(path: string): Complaint[] {
  const bad = path
    .split('/')
    .map((part) => part.split('.')[0] ?? '')
    .find(
      (name) =>
        emptyNames.has(name.toLowerCase()) ||
        name
          .toLowerCase()
          .split(/[-_]/)
          .some((word) => emptyWords.has(word)),
    );
  return bad === undefined ? [] : [{ path, line: null, says: `the name "${bad}" does not say what is inside.` }];
}
