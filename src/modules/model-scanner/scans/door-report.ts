/** Reports of a result that is at hand whole: the same forms for the scanner's door and for stored scans. */
import type { ReportFormat } from '../contract.ts';
import type { Profile } from '../engine/profile.ts';
import { bomOfScan } from '../reports/bom-of-scan.ts';
import { type CyclonedxVersion, cyclonedxReport } from '../reports/cyclonedx.ts';
import type { JudgedScan } from '../reports/gate.ts';
import { jsonReport } from '../reports/json.ts';
import { sarifReport } from '../reports/sarif.ts';

export const reportMedia: Readonly<Record<ReportFormat, { extension: string; mediaType: string }>> = {
  json: { extension: 'json', mediaType: 'application/json' },
  sarif: { extension: 'sarif', mediaType: 'application/sarif+json' },
  cyclonedx: { extension: 'cdx.json', mediaType: 'application/vnd.cyclonedx+json' },
  html: { extension: 'html', mediaType: 'text/html; charset=utf-8' },
};

export type ReportSubject = {
  readonly judged: JudgedScan;
  /** Absolute path that the files of the result are relative to. */
  readonly root: string;
  /** What was scanned, in words. */
  readonly name: string;
  readonly profile: Profile;
  /** How old the vulnerability data is that packages were compared with; null: with none. */
  readonly advisoryBasis: string | null;
};

export async function reportText(subject: ReportSubject, format: ReportFormat, version: CyclonedxVersion = '1.6'): Promise<string> {
  const { judged, root, name, profile, advisoryBasis } = subject;
  const { result, suppressed } = judged;
  const held = suppressed?.held ?? [];
  if (format === 'html') {
    const { htmlReport } = await import('../reports/html.ts');
    return htmlReport({ judged, name, profile, advisoryBasis });
  }
  if (format === 'sarif') return JSON.stringify(sarifReport({ root, ...result, held }));
  if (format === 'json') return JSON.stringify(jsonReport(judged));
  return JSON.stringify(cyclonedxReport(bomOfScan({ result, name, held: new Set(held.map(({ finding }) => finding)) }), version), null, 2);
}
