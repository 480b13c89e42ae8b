/** How thoroughly a scan looks: how much of each file may be read, and whether files are hashed. */
import { defaultLimits, type Limits } from './budget.ts';

export const profiles = ['quick', 'standard', 'deep'] as const;
/**
 * quick: headers, directories, pickles and settings with a small budget for each file; what would need more is unread.
 * standard: the budget of the design. deep: ten times that, and the SHA-256 of every AI artefact.
 */
export type Profile = (typeof profiles)[number];

/** @source model-scanner.md section 11 for `standard`: 60 s and 1 GiB of reads a file. */
export function limitsOf(profile: Profile): Limits {
  if (profile === 'quick') return { ...defaultLimits, readBytes: 64 * 2 ** 20, outputBytes: 2 ** 29, members: 20_000, wallMs: 10_000 };
  if (profile === 'deep')
    return { ...defaultLimits, readBytes: 16 * 2 ** 30, outputBytes: 16 * 2 ** 30, members: 1_000_000, wallMs: 600_000 };
  return defaultLimits;
}
