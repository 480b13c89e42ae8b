/** Reports of a stored scan. JSON is streamed page by page; the other forms are one document and are put together whole. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { FileAnswer } from '../../../platform/http/handle.ts';
import type { ReportFormat, Scan, ScanResult } from '../contract.ts';
import type { Suppression } from '../reports/suppress.ts';
import { listFileRows, listFindingRows } from '../store.ts';
import { reportMedia, reportText } from './door-report.ts';
import { withPackageFindings } from './package-findings.ts';
import { readResult, type StoredResult } from './result-store.ts';
import { advisoryAnswerOf } from './scan-advisories.ts';

const pageRows = 500;

export type ReportWish = { readonly format: ReportFormat; readonly version: '1.6' | '1.7' };

export function storedReport(scan: Scan, { format, version }: ReportWish, context: Context): FileAnswer {
  const { extension, mediaType } = reportMedia[format];
  const body = format === 'json' ? json(scan, context) : document(scan, { format, version }, context);
  return { name: `scan-${scan.id}.${extension}`, mediaType, body };
}

async function* document(scan: Scan, { format, version }: ReportWish, context: Context): AsyncGenerator<string> {
  const stored = await transaction(context, () => readResult(scan), { readOnly: true });
  // SARIF is what the scan itself found; the others tell the whole state of its files, packages included.
  const answer = format === 'sarif' ? null : await transaction(context, () => advisoryAnswerOf(scan, stored), { readOnly: true });
  const result = answer === null ? stored : withPackageFindings(stored, answer.matches);
  const judged = { result, suppressed: suppressedIn(result, stored), comparison: null };
  const root = 'path' in scan.source ? scan.path : '/';
  const subject = { judged, root, name: scan.path, profile: scan.profile, advisoryBasis: answer?.basis ?? null };
  yield await reportText(subject, format, version);
}

/** What holds now, in the form of reports. */
function suppressedIn({ findings }: ScanResult, stored: StoredResult) {
  const decisions = new Map(stored.findings.map(({ fingerprint, suppression }) => [fingerprint, suppression]));
  const held = findings.flatMap((finding) => {
    const decision = decisions.get(finding.fingerprint) ?? null;
    if (decision === null) return [];
    const { reason, owner, expires } = decision;
    const suppression: Suppression = { fingerprint: finding.fingerprint, rule: null, path: null, reason, owner, expires };
    return [{ finding, suppression }];
  });
  const isHeld = new Set(held.map(({ finding }) => finding));
  return { standing: findings.filter((finding) => !isHeld.has(finding)), held, expired: [], unused: [] };
}

async function* json(scan: Scan, context: Context): AsyncGenerator<string> {
  yield `{"scan":${JSON.stringify(scan)},"files":[`;
  let first = true;
  for await (const file of files(scan.id, context)) {
    yield `${first ? '' : ','}${JSON.stringify(file)}`;
    first = false;
  }
  yield '],"findings":[';
  first = true;
  for await (const finding of findings(scan.id, context)) {
    yield `${first ? '' : ','}${JSON.stringify(finding)}`;
    first = false;
  }
  yield ']}';
}

async function* findings(scanId: string, context: Context) {
  for (let after: string | undefined, more = true; more; ) {
    const page = await transaction(context, () => listFindingRows({ scanId }, { after, limit: pageRows }), { readOnly: true });
    yield* page.items;
    after = page.nextCursor ?? undefined;
    more = page.nextCursor !== null;
  }
}

async function* files(scanId: string, context: Context) {
  for (let after: string | undefined, more = true; more; ) {
    const page = await transaction(context, () => listFileRows({ scanId }, { after, limit: pageRows }), { readOnly: true });
    yield* page.items;
    after = page.nextCursor ?? undefined;
    more = page.nextCursor !== null;
  }
}
