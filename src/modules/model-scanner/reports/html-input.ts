/** What the HTML report is made from. */
import type { Profile } from '../engine/profile.ts';
import type { JudgedScan } from './gate.ts';

export type HtmlInput = {
  readonly judged: JudgedScan;
  /** What was scanned, in words. */
  readonly name: string;
  readonly profile: Profile;
  /** How old the vulnerability data is; null: packages were not compared with any. */
  readonly advisoryBasis: string | null;
};
