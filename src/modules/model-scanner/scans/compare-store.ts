/** Two scans beside each other: light rows from the database, compared as the command line compares. */
import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import { Severity, severityRank, Verdict } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import { ComparedFile, ComparedFinding, type Scan } from '../contract.ts';
import { compareScans, type KnownFinding } from '../reports/compare.ts';
import { scanFileTable as file, scanFindingTable as finding } from '../table.ts';

/** Rows of a scan that take part; a scan has 500 findings a file at most, and few files have any. */
const mostCompared = 50_000;
const mostRows = 2000;

type Row = KnownFinding & { readonly id: string; readonly scanId: string };
export type StoredComparison = {
  readonly counts: { new: number; gone: number; unchanged: number; files: number };
  readonly findings: ComparedFinding[];
  readonly files: ComparedFile[];
};

/** What is new, gone and unchanged in `b` against `a`: new and gone first, each worst first. */
export async function compareStored(a: Scan, b: Scan): Promise<StoredComparison> {
  const [before, after] = [await sideOf(a), await sideOf(b)];
  const { fresh, unchanged, gone, verdicts } = compareScans(before, after);
  const lines = [...changed('new', fresh), ...changed('gone', gone as Row[])].sort(bySeverity);
  return {
    counts: { new: fresh.length, gone: gone.length, unchanged: unchanged.length, files: verdicts.length },
    findings: [...lines, ...changed('unchanged', unchanged).sort(bySeverity)].slice(0, mostRows),
    files: verdicts
      .slice(0, mostRows)
      .map((one) => ComparedFile.parse({ ...one, change: one.before === null ? 'new' : one.after === null ? 'gone' : 'verdict' })),
  };
}

function changed(change: ComparedFinding['change'], rows: readonly Row[]): ComparedFinding[] {
  return rows.map((row) => ComparedFinding.parse({ ...row, change }));
}

function bySeverity(x: ComparedFinding, y: ComparedFinding): number {
  return severityRank(x.severity) - severityRank(y.severity) || (x.path < y.path ? -1 : 1);
}

async function sideOf({ id, verdict, rulesVersion }: Scan) {
  const rows = await db()
    .select({
      id: finding.id,
      scanId: finding.scanId,
      fingerprint: finding.fingerprint,
      ruleId: finding.ruleId,
      path: finding.path,
      title: sql<string>`body ->> 'title'`,
      severity: sql<string>`body ->> 'severity'`,
    })
    .from(finding)
    .where(eq(finding.scanId, id))
    .orderBy(asc(finding.severityRank), asc(finding.id))
    .limit(mostCompared);
  const files = await db()
    .select({ path: file.path, verdict: file.verdict })
    .from(file)
    .where(and(eq(file.scanId, id), isNotNull(file.verdict)))
    .orderBy(asc(file.path))
    .limit(mostCompared);
  return {
    findings: rows.map((row): Row => ({ ...row, severity: Severity.parse(row.severity) })),
    files: files.map((row) => ({ path: row.path, verdict: Verdict.parse(row.verdict) })),
    verdict,
    rulesVersion,
  };
}
