/** Rows of suppressions. In force: not ended, and its last day is not over (UTC). */
import { and, desc, eq, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { Suppression } from '../contract.ts';
import { suppressionTable as suppression } from '../table.ts';

type Row = typeof suppression.$inferSelect;
const today = sql`(now() at time zone 'UTC')::date`;
const stateOf: SQL<string> = sql`case when ${suppression.endedBy} is not null then 'lifted'
  when ${suppression.endedAt} is not null or ${suppression.expires} < ${today} then 'expired' else 'holds' end`;
const columns = { suppression, state: stateOf };

function toSuppression(row: Row, state: string): Suppression {
  return Suppression.parse({ ...row, state, createdAt: row.createdAt.toISOString(), endedAt: row.endedAt?.toISOString() ?? null });
}

export async function findSuppression(id: string): Promise<Suppression | null> {
  const [row] = await db().select(columns).from(suppression).where(eq(suppression.id, id));
  return row === undefined ? null : toSuppression(row.suppression, row.state);
}

/** The one that is not ended, whether or not its last day is over. */
export async function findStanding(fingerprint: string): Promise<Suppression | null> {
  const [row] = await db()
    .select(columns)
    .from(suppression)
    .where(and(eq(suppression.fingerprint, fingerprint), isNull(suppression.endedAt)));
  return row === undefined ? null : toSuppression(row.suppression, row.state);
}

export type SuppressionInsert = Pick<
  Suppression,
  'fingerprint' | 'ruleId' | 'title' | 'severity' | 'place' | 'scanId' | 'reason' | 'owner' | 'expires' | 'createdBy'
>;
export async function insertSuppression(draft: SuppressionInsert): Promise<Suppression> {
  const [row] = await db().insert(suppression).values(draft).returning();
  if (row === undefined) throw new TypeError('An insert answers its row.');
  return toSuppression(row, 'holds');
}

/** @param endedBy null: its last day is over. */
export async function endSuppression(id: string, endedBy: string | null): Promise<void> {
  await db().update(suppression).set({ endedBy, endedAt: sql`now()` }).where(eq(suppression.id, id));
}

export async function reviveSuppression(id: string): Promise<void> {
  await db().update(suppression).set({ endedBy: null, endedAt: null }).where(eq(suppression.id, id));
}

/** Past their last day and not yet noticed, locked. */
export async function lockExpired(): Promise<Suppression[]> {
  const rows = await db()
    .select()
    .from(suppression)
    .where(and(isNull(suppression.endedAt), lt(suppression.expires, sql`${today}`)))
    .limit(200)
    .for('update', { skipLocked: true });
  return rows.map((row) => toSuppression(row, 'expired'));
}

/** Finished scans that report the finding and are the newest of their source; 50 at most. */
export async function reportingScans(fingerprint: string): Promise<string[]> {
  const { rows } = await db().execute<{ id: string }>(sql`
    select distinct s.id from model_scanner.scan_finding f join model_scanner.scan s on s.id = f.scan_id
    where f.fingerprint = ${fingerprint} and s.state = 'done'
      and not exists (select 1 from model_scanner.scan n where n.path = s.path and n.state = 'done' and n.id > s.id)
    order by s.id desc limit 50`);
  return rows.map(({ id }) => id);
}

export type SuppressionFilter = { state?: Suppression['state'] | undefined; text?: string | undefined };
export async function listSuppressionRows(
  { state, text }: SuppressionFilter,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<Page<Suppression>> {
  const like = text === undefined ? undefined : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const states = {
    lifted: isNotNull(suppression.endedBy),
    expired: and(isNull(suppression.endedBy), or(isNotNull(suppression.endedAt), lt(suppression.expires, sql`${today}`))),
    holds: and(isNull(suppression.endedAt), sql`${suppression.expires} >= ${today}`),
  };
  const where = and(
    state === undefined ? undefined : states[state],
    like === undefined
      ? undefined
      : sql`(${suppression.title} ilike ${like} or ${suppression.ruleId} ilike ${like} or ${suppression.place} ilike ${like} or ${suppression.owner} ilike ${like})`,
  );
  const rows = await db()
    .select(columns)
    .from(suppression)
    .where(and(where, after === undefined ? undefined : lt(suppression.id, after)))
    .orderBy(desc(suppression.id))
    .limit(limit + 1);
  const [counted] = await db().select({ count: sql<number>`count(*)::int` }).from(suppression).where(where);
  const items = rows.slice(0, limit).map((row) => toSuppression(row.suppression, row.state));
  return {
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
    total: Math.min(counted?.count ?? 0, 10_000),
    totalIsEstimate: (counted?.count ?? 0) > 10_000,
  };
}
