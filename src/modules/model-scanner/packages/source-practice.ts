/** Indexes and direct references: where packages come from, and what of it is unwise. */
import type { Where } from '../../../contract/finding.ts';
import type { PackageList } from './package-list.ts';
import { parseReference } from './requirement-line.ts';

/** Public indexes that AI projects add on purpose; their names cannot be taken by others. */
const publicIndexes =
  /^https:\/\/(?:pypi\.org|files\.pythonhosted\.org|test\.pypi\.org|download\.pytorch\.org|pypi\.nvidia\.com|pypi\.ngc\.nvidia\.com|data\.pyg\.org|storage\.googleapis\.com\/jax-releases|registry\.npmjs\.org|registry\.yarnpkg\.com)(?:\/|$)/i;

/** Takes what is unwise: a list of packages, or a program that installs some. */
export type PracticeNotes = Pick<PackageList, 'practice'>;

export function isPublicIndex(address: string): boolean {
  return publicIndexes.test(address);
}

/** An index or registry that a manifest names. */
export function sayIndex(list: PracticeNotes, address: string, where: Where): void {
  if (!/^http:\/\//i.test(address) || isLocal(address)) return;
  list.practice(
    'plain-http-index',
    { detail: 'Packages are fetched without encryption: whoever sits between can replace them.', text: address },
    where,
  );
}

/** The one place that answers for every name. */
export function sayOnlyIndex(list: PracticeNotes, address: string, where: Where): void {
  sayIndex(list, address, where);
  if (!/^https:\/\//i.test(address) || isPublicIndex(address)) return;
  list.practice(
    'replaced-index',
    { detail: 'Every package comes from this address instead of the public index: it decides what each name stands for.', text: address },
    where,
  );
}

/** A second place that may answer for any name. */
export function sayExtraIndex(list: PracticeNotes, address: string, where: Where): void {
  sayIndex(list, address, where);
  const known = isPublicIndex(address);
  list.practice(
    known ? 'extra-public-index' : 'several-indexes',
    {
      detail: known
        ? 'A second public index may answer for any name that it has.'
        : 'Two indexes may answer for the same name, and the higher version wins: a private name can be taken on the public one.',
      text: address,
    },
    where,
  );
}

/** A package fetched from an address of its own. @returns the address with its commit, for `origin`. */
export function sayReference(list: PracticeNotes, address: string, where: Where): string {
  const reference = parseReference(address);
  if (reference === null || reference.kind === 'path') return address;
  if (/^(?:[a-z]+\+)?http:\/\//i.test(address) && !isLocal(address))
    list.practice(
      'plain-http-source',
      { detail: 'The package is fetched without encryption: whoever sits between can replace it.', text: address },
      where,
    );
  if (reference.kind === 'vcs' && reference.commit === null)
    list.practice(
      'source-without-commit',
      { detail: 'A branch or tag can be moved to other code: only a commit stays what it is.', text: address },
      where,
    );
  if (reference.kind === 'url' && reference.digest === null)
    list.practice('source-without-digest', { detail: 'The file behind the address can change: no digest holds it.', text: address }, where);
  return reference.commit === null ? address.replace(/#.*$/, '') : `${address.replace(/@[0-9a-f]{40,64}.*$/i, '')}@${reference.commit}`;
}

function isLocal(address: string): boolean {
  return /^(?:[a-z]+\+)?http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/i.test(address);
}

/** Every package of a lock should be held by a digest. */
export function sayMissingDigests(list: PackageList, counts: { missing: number; all: number }, where: Where): void {
  if (counts.missing === 0 || counts.all === 0) return;
  const detail = `${counts.missing} of ${counts.all} locked packages have no digest: their bytes can change.`;
  list.practice('lock-without-digests', { detail, text: `${counts.missing} of ${counts.all}` }, where);
}
