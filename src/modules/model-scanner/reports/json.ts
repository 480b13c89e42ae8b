/** The JSON report of a scan: the contract's result as it is, with a name and a version of its own. */
import type { ScanResult } from '../contract.ts';

export const jsonReportVersion = '1.0';

export type JsonReport = { readonly report: 'ai-spm-scan'; readonly version: string } & ScanResult;

/** @param result as `scanTree` gives it. Lists keep their order; nothing in it is escaped but by JSON itself. */
export function jsonReport(result: ScanResult): JsonReport {
  return { report: 'ai-spm-scan', version: jsonReportVersion, ...result };
}
