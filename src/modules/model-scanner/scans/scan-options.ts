/** What may be said on the command line of `ai-spm scan` and `ai-spm scan diff`. */
import type { Profile } from '../engine/profile.ts';
import type { CyclonedxVersion } from '../reports/cyclonedx.ts';
import type { Bar } from '../reports/gate.ts';
import type { StoreWord } from '../stores/store-words.ts';

export type ScanOptions = {
  readonly failOn: Bar;
  readonly profile: Profile;
  readonly json?: boolean;
  readonly sarif?: string;
  readonly cyclonedx?: string;
  readonly cyclonedxVersion: CyclonedxVersion;
  readonly html?: string;
  readonly baseline?: string;
  readonly suppressions?: string;
  readonly advisories?: string;
  readonly source?: StoreWord;
  readonly store?: readonly string[];
  readonly maxTime?: number;
  readonly workers?: number;
  readonly trustedKey?: readonly string[];
  readonly trustedSigner?: readonly string[];
};
export type DiffOptions = { readonly failOn: Bar; readonly json?: boolean };
