/** The JSON report of a scan: the contract's result as it is, with a name and a version of its own, and what was decided about it. */
import type { ScanResult } from '../contract.ts';
import type { Comparison } from './compare.ts';
import type { JudgedScan } from './gate.ts';
import type { Suppression } from './suppress.ts';

export const jsonReportVersion = '1.1';

export type JsonReport = {
  readonly report: 'ai-spm-scan';
  readonly version: string;
  /** Present when suppressions were given: findings stay in the list, those named here by fingerprint and path do not count. */
  readonly suppressions?: {
    readonly held: readonly {
      readonly fingerprint: string;
      readonly path: string;
      readonly reason: string;
      readonly owner: string;
      readonly expires: string | null;
    }[];
    readonly expired: readonly Suppression[];
    readonly unused: readonly Suppression[];
  };
  /** Present when a baseline was given: by fingerprint and path. */
  readonly comparison?: {
    readonly fresh: readonly { readonly fingerprint: string; readonly path: string }[];
    readonly gone: Comparison<ScanResult['findings'][number]>['gone'];
    readonly verdicts: Comparison<ScanResult['findings'][number]>['verdicts'];
    readonly sameRules: boolean;
  };
} & ScanResult;

/** @param judged result as `scanTree` gives it. Lists keep their order; nothing in it is escaped but by JSON itself. */
export function jsonReport({ result, suppressed, comparison }: JudgedScan): JsonReport {
  const held = suppressed?.held.map(({ finding: { fingerprint, path }, suppression: { reason, owner, expires } }) => ({
    fingerprint,
    path,
    reason,
    owner,
    expires,
  }));
  return {
    report: 'ai-spm-scan',
    version: jsonReportVersion,
    ...result,
    ...(suppressed && held ? { suppressions: { held, expired: suppressed.expired, unused: suppressed.unused } } : {}),
    ...(comparison
      ? {
          comparison: {
            fresh: comparison.fresh.map(({ fingerprint, path }) => ({ fingerprint, path })),
            gone: comparison.gone,
            verdicts: comparison.verdicts,
            sameRules: comparison.sameRules,
          },
        }
      : {}),
  };
}
