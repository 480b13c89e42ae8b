/** Scans, their files and findings in the database. */
import { and, asc, desc, eq, gt, ilike, lt, or, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Page } from '../../contract/page.ts';
import { type Severity, severityRank } from '../../contract/severity.ts';
import { db } from '../../platform/database/database.ts';
import type { FileOfScan, Scan, ScanProgress, ScanResult, StoredFinding } from './contract.ts';
import { toFile, toFinding, toScan } from './scans/scan-record.ts';
import { scanFileTable as file, scanFindingTable as finding, scanTable as scan, suppressionTable as suppression } from './table.ts';

const rowsAStatement = 1000;

export type ScanDraft = Pick<Scan, 'path' | 'source' | 'profile' | 'assetId' | 'trigger' | 'requestedBy'>;

export async function insertScan({ path, source, profile, assetId, trigger, requestedBy }: ScanDraft): Promise<string> {
  const stored = 'path' in source ? null : JSON.stringify(source);
  const { rows } = await db().execute<{ id: string }>(sql`
    insert into model_scanner.scan (path, source, profile, asset_id, trigger, requested_by)
    values (${path}, ${stored}::jsonb, ${profile}, ${assetId}, ${trigger}, ${requestedBy}) returning id`);
  return rows[0]?.id ?? '';
}

/** Scans of this workspace that wait for a worker. */
export async function countWaiting(): Promise<number> {
  const { rows } = await db().execute<{ count: number }>(sql`select count(*)::int as count from model_scanner.scan where state = 'queued'`);
  return rows[0]?.count ?? 0;
}

export async function attachJob(id: string, jobId: string): Promise<void> {
  await db().update(scan).set({ jobId }).where(eq(scan.id, id));
}

export async function findScan(id: string): Promise<Scan | null> {
  const [row] = await db().select().from(scan).where(eq(scan.id, id));
  return row === undefined ? null : toScan(row);
}

/** Marks a scan as running; null when it ended meanwhile (cancelled, or finished by a worker that died afterwards). */
export async function beginScan(id: string): Promise<Scan | null> {
  const [row] = await db()
    .update(scan)
    .set({ state: 'running', startedAt: sql`coalesce(started_at, now())` })
    .where(and(eq(scan.id, id), or(eq(scan.state, 'queued'), eq(scan.state, 'running'))))
    .returning();
  return row === undefined ? null : toScan(row);
}

export async function noteProgress(id: string, progress: z.infer<typeof ScanProgress>): Promise<void> {
  await db().update(scan).set({ progress }).where(eq(scan.id, id));
}

/** Ends a scan without a result. A scan that has one keeps it. */
export async function endScan(
  id: string,
  end: { state: 'failed' | 'cancelled'; problem: { code: string; detail: string } | null },
): Promise<void> {
  await db()
    .update(scan)
    .set({ ...end, finishedAt: sql`now()` })
    .where(and(eq(scan.id, id), or(eq(scan.state, 'queued'), eq(scan.state, 'running'))));
}

/** Stores a result; run again after a crash it replaces what the first run wrote. */
export async function storeResult(id: string, result: ScanResult, owners: ReadonlyMap<string, string>): Promise<void> {
  await db().delete(finding).where(eq(finding.scanId, id));
  await db().delete(file).where(eq(file.scanId, id));
  const unread = Map.groupBy(result.unread, ({ path }) => path);
  for (let at = 0; at < result.files.length; at += rowsAStatement) {
    const rows = result.files
      .slice(at, at + rowsAStatement)
      .map((one) => ({ ...one, unread: unread.get(one.path) ?? [], asset_id: owners.get(one.path) ?? null }));
    await db().execute(sql`
      insert into model_scanner.scan_file (scan_id, path, size, format, role, verdict, counts, metadata, unread, asset_id, licences)
      select ${id}, path, size, format, role, verdict, counts, metadata, unread, asset_id, coalesce(licences, '[]')
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as given(path text, size bigint, format text, role text, verdict text, counts jsonb, metadata jsonb, unread jsonb, asset_id uuid, licences jsonb)`);
  }
  for (let at = 0; at < result.findings.length; at += rowsAStatement) {
    const rows = result.findings.slice(at, at + rowsAStatement).map((one) => ({
      path: one.path,
      asset_id: owners.get(one.path) ?? null,
      severity_rank: severityRank(one.severity),
      rule_id: one.ruleId,
      fingerprint: one.fingerprint,
      body: one,
    }));
    await db().execute(sql`
      insert into model_scanner.scan_finding (scan_id, path, asset_id, severity_rank, rule_id, fingerprint, body)
      select ${id}, path, asset_id, severity_rank, rule_id, fingerprint, body
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given(path text, asset_id uuid, severity_rank smallint, rule_id text, fingerprint text, body jsonb)`);
  }
  await db()
    .update(scan)
    .set({
      state: 'done',
      verdict: result.verdict,
      counts: result.counts,
      filesRead: result.filesRead,
      filesTotal: result.filesTotal,
      unreadCount: result.unread.length,
      bytesRead: result.bytesRead,
      durationMs: result.durationMs,
      engineVersion: result.engineVersion,
      rulesVersion: result.rulesVersion,
      progress: null,
      finishedAt: sql`now()`,
    })
    .where(eq(scan.id, id));
}

type Paging = { readonly after: string | undefined; readonly limit: number };
export type ScanFilter = {
  state?: string | undefined;
  verdict?: string | undefined;
  assetId?: string | undefined;
  text?: string | undefined;
};

/** Newest first; ids are time-ordered, so the id is the place. */
export async function listScanRows({ state, verdict, assetId, text }: ScanFilter, { after, limit }: Paging): Promise<Page<Scan>> {
  const where = and(
    state === undefined ? undefined : eq(scan.state, state),
    verdict === undefined ? undefined : eq(scan.verdict, verdict),
    assetId === undefined
      ? undefined
      : sql`(exists (select 1 from model_scanner.scan_file f where f.scan_id = ${scan.id} and f.asset_id = ${assetId}) or ${scan.assetId} = ${assetId})`,
    text === undefined ? undefined : ilike(scan.path, `%${text.replace(/[\\%_]/g, '\\$&')}%`),
  );
  const rows = await db()
    .select()
    .from(scan)
    .where(and(where, after === undefined ? undefined : lt(scan.id, after)))
    .orderBy(desc(scan.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(toScan);
  return pageFrom(items, rows.length > limit ? (items.at(-1)?.id ?? null) : null, await countUpTo(scan, where));
}

export type FileFilter = {
  scanId: string;
  q?: string | undefined;
  verdict?: string | undefined;
  severity?: Severity | undefined;
  format?: string | undefined;
  judged?: boolean | undefined;
  findings?: boolean | undefined;
  unread?: boolean | undefined;
};

export function fileWhere({ scanId, q, verdict, severity, format, judged, findings, unread }: FileFilter): SQL | undefined {
  const isUnread = sql`jsonb_array_length(${file.unread}) > 0`;
  const found = (about: SQL) =>
    sql`exists (select 1 from ${finding} where ${finding.scanId} = ${scanId} and ${finding.path} = ${file.path} and ${about})`;
  return and(
    eq(file.scanId, scanId),
    q === undefined ? undefined : ilike(file.path, `%${q.replace(/[\\%_]/g, '\\$&')}%`),
    verdict === undefined ? undefined : eq(file.verdict, verdict),
    severity === undefined ? undefined : found(sql`${finding.severityRank} = ${severityRank(severity)}`),
    format === undefined ? undefined : eq(file.format, format),
    judged === true ? sql`(${file.verdict} is not null or ${isUnread})` : undefined,
    unread === true ? isUnread : undefined,
    findings === true ? sql`(${found(sql`true`)} or ${isUnread})` : undefined,
  );
}

export async function listFileRows(filter: FileFilter, { after, limit }: Paging): Promise<Page<FileOfScan>> {
  const where = fileWhere(filter);
  const rows = await db()
    .select()
    .from(file)
    .where(and(where, after === undefined ? undefined : gt(file.path, after)))
    .orderBy(asc(file.path))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(toFile);
  return pageFrom(items, rows.length > limit ? (items.at(-1)?.path ?? null) : null, await countUpTo(file, where));
}

export type FindingFilter = {
  scanId: string;
  path?: string | undefined;
  under?: string | undefined;
  severity?: Severity | undefined;
  suppressed?: boolean | undefined;
};

const inForce = sql`${suppression.endedAt} is null and ${suppression.expires} >= (now() at time zone 'UTC')::date`;
const holds = and(eq(suppression.fingerprint, finding.fingerprint), inForce);

/** Worst first. The place is `<rank>.<id>`. */
export async function listFindingRows(
  { scanId, path, under, severity, suppressed }: FindingFilter,
  { after, limit }: Paging,
): Promise<Page<StoredFinding>> {
  const rank = severity === undefined ? -1 : severityRank(severity);
  const isHeld = sql`exists (select 1 from ${suppression} where ${holds})`;
  const where = and(
    eq(finding.scanId, scanId),
    path === undefined ? undefined : eq(finding.path, path),
    under === undefined ? undefined : sql`starts_with(${finding.path}, ${`${under}/`})`,
    rank < 0 ? undefined : eq(finding.severityRank, rank),
    suppressed === undefined ? undefined : suppressed ? isHeld : sql`not ${isHeld}`,
  );
  const place = after === undefined ? undefined : /^([0-4])\.(.+)$/.exec(after);
  const rows = await db()
    .select({ finding, suppression })
    .from(finding)
    .leftJoin(suppression, holds)
    .where(
      and(where, place ? sql`(${finding.severityRank}, ${finding.id}) > (${Number(place[1])}::smallint, ${place[2]}::uuid)` : undefined),
    )
    .orderBy(asc(finding.severityRank), asc(finding.id))
    .limit(limit + 1);
  const last = rows[limit - 1]?.finding;
  const next = rows.length > limit && last !== undefined ? `${last.severityRank}.${last.id}` : null;
  const items = rows.slice(0, limit).map((row) => toFinding(row.finding, row.suppression));
  return pageFrom(items, next, await countUpTo(finding, where));
}

export async function findFinding(id: string): Promise<StoredFinding | null> {
  const [row] = await db().select({ finding, suppression }).from(finding).leftJoin(suppression, holds).where(eq(finding.id, id));
  return row === undefined ? null : toFinding(row.finding, row.suppression);
}

function pageFrom<T>(items: T[], nextCursor: string | null, count: number): Page<T> {
  return { items, nextCursor, total: Math.min(count, 10_000), totalIsEstimate: count > 10_000 };
}

async function countUpTo(table: typeof scan | typeof file | typeof finding, where: SQL | undefined): Promise<number> {
  const { rows } = await db().execute<{ count: number }>(
    sql`select count(*)::int as count from (select 1 from ${table} where ${where ?? sql`true`} limit 10001) as counted`,
  );
  return rows[0]?.count ?? 0;
}
