/** Reads and writes of terms, legal holds and cold months. `…AcrossWorkspaces`: in a system transaction; others in one of a workspace. */
import { and, asc, desc, eq, gt, gte, isNotNull, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db, rowsOf } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { checkpoint, coldMonth, legalHold, tile } from '../table.ts';
import { type LegalHold, type Terms, Terms as TermsSchema } from './keeping-contract.ts';
import { defaultTerms, monthEnd } from './terms.ts';

// Terms
const settingKey = 'audit-logs.retention';

export async function readTerms(): Promise<Terms> {
  const [row] = await rowsOf<{ value: unknown }>('select value from platform.setting where key = $1', [settingKey]);
  // A setting of an older release that lacks a field takes the default for it.
  const parsed = TermsSchema.safeParse({ ...defaultTerms, ...(typeof row?.value === 'object' ? row.value : {}) });
  return parsed.success ? parsed.data : defaultTerms;
}

export async function writeTerms(terms: Terms, by: string): Promise<void> {
  await rowsOf(
    `insert into platform.setting (key, value, changed_by) values ($1, $2::jsonb, $3)
     on conflict (workspace_id, key) do update set value = excluded.value, changed_by = excluded.changed_by, changed_at = now()`,
    [settingKey, JSON.stringify(terms), by],
  );
}

// Legal holds
type HoldRow = typeof legalHold.$inferSelect;
const newestFirst = keyset({ id: legalHold.id, sort: [{ by: legalHold.placedAt, direction: 'desc' }] });
const holdFields = {
  id: legalHold.id,
  reason: legalHold.reason,
  subject: legalHold.subject,
  since: legalHold.since,
  until: legalHold.until,
  placedBy: legalHold.placedBy,
  placedAt: legalHold.placedAt,
  releasedBy: legalHold.releasedBy,
  releasedAt: legalHold.releasedAt,
  releaseReason: legalHold.releaseReason,
};

export function listHoldRows(inForce: boolean | undefined, paging: Paging): Promise<Page<LegalHold>> {
  const where: SQL | undefined =
    inForce === undefined ? undefined : inForce ? isNull(legalHold.releasedAt) : isNotNull(legalHold.releasedAt);
  return newestFirst.page({ fields: holdFields, from: legalHold, where, paging }, (row) => holdAnswer(row as HoldRow));
}

export async function findHold(id: string): Promise<LegalHold | undefined> {
  const [row] = await db().select(holdFields).from(legalHold).where(eq(legalHold.id, id));
  return row && holdAnswer(row);
}

function holdAnswer({ subject, placedAt, releasedAt, ...rest }: HoldRow): LegalHold {
  return { ...rest, subjectId: subject, placedAt: placedAt.toISOString(), releasedAt: releasedAt?.toISOString() ?? null };
}

export type HoldDraft = {
  readonly reason: string;
  readonly subject: string | null;
  readonly since: string | null;
  readonly until: string | null;
};
export async function insertHold({ reason, subject, since, until }: HoldDraft): Promise<string> {
  const [row] = await rowsOf<{ id: string }>('select audit_logs.place_hold($1, $2, $3::date, $4::date) as id', [
    reason,
    subject,
    since,
    until,
  ]);
  return row?.id ?? '';
}

/** @returns whether there was such a hold in force. */
export async function releaseHoldRow(id: string, reason: string): Promise<boolean> {
  const [row] = await rowsOf<{ released: boolean }>('select audit_logs.release_hold($1::uuid, $2) as released', [id, reason]);
  return row?.released === true;
}

// Months
export type MonthFact = { readonly month: string; readonly attached: boolean };
export async function readMonths(): Promise<MonthFact[]> {
  return rowsOf<MonthFact>("select to_char(first, 'YYYY-MM') as month, attached from audit_logs.month order by first");
}

export async function ensureMonthAcrossWorkspaces(moment: Date): Promise<void> {
  await rowsOf('select audit_logs.ensure_month($1::timestamptz)', [moment]);
}

export type MonthRange = { readonly first: number; readonly end: number };
/** First moment of a month, and of the next one. */
const boundsOf = (month: string): [Date, Date] => [new Date(`${month}-01T00:00:00Z`), new Date(`${monthEnd(month)}T00:00:00Z`)];

/** Indexes of the running workspace's entries in a month; null when it has none. Months of a chain are ranges: its time never falls. */
export async function rangeOfMonth(month: string): Promise<MonthRange | null> {
  const [row] = await rowsOf<{ first: string | null; end: string | null }>(
    'select min(index) as first, max(index) + 1 as end from audit_logs.entry where time >= $1 and time < $2',
    boundsOf(month),
  );
  return row?.first == null || row.end === null ? null : { first: Number(row.first), end: Number(row.end) };
}

export async function actionsOfMonth(month: string): Promise<string[]> {
  const rows = await rowsOf<{ action: string }>(
    'select distinct action from audit_logs.entry where time >= $1 and time < $2',
    boundsOf(month),
  );
  return rows.map(({ action }) => action);
}

export type ColdRow = typeof coldMonth.$inferSelect;
export async function readColdMonths(): Promise<ColdRow[]> {
  return db().select().from(coldMonth).orderBy(asc(coldMonth.month));
}

export type ColdNote = {
  readonly month: string;
  readonly range: MonthRange;
  readonly edge: Buffer;
  readonly endEdge: Buffer;
  readonly lastLeaf: Buffer;
  readonly lastTime: string;
  readonly checkpointSize: number;
  readonly folder: string;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly keepUntil: string;
};
export async function noteCold({ month, range, edge, endEdge, lastLeaf, lastTime, ...rest }: ColdNote): Promise<void> {
  await rowsOf('select audit_logs.note_cold($1::date, $2, $3, $4, $5, $6, $7::timestamptz, $8, $9, $10, $11, $12::date)', [
    `${month}-01`,
    range.first,
    range.end,
    edge,
    endEdge,
    lastLeaf,
    lastTime,
    rest.checkpointSize,
    rest.folder,
    rest.bytes,
    rest.sha256,
    rest.keepUntil,
  ]);
}

export async function keepCold(month: string, until: string): Promise<void> {
  await rowsOf('select audit_logs.keep_cold($1::date, $2::date)', [`${month}-01`, until]);
}

/** @returns whether the running workspace had not let it go before. */
export async function releaseCold(month: string): Promise<boolean> {
  const [row] = await rowsOf<{ released: boolean }>('select audit_logs.release_cold($1::date) as released', [`${month}-01`]);
  return row?.released === true;
}

/** Why a month stays; null when it may go. */
export async function reasonToKeep(month: string): Promise<string | null> {
  const [row] = await rowsOf<{ reason: string | null }>('select audit_logs.keeps_month($1::date) as reason', [`${month}-01`]);
  return row?.reason ?? null;
}

/** @returns why it was not dropped; null when it was. */
export async function dropMonthAcrossWorkspaces(month: string): Promise<string | null> {
  const [row] = await rowsOf<{ reason: string | null }>('select audit_logs.drop_month($1::date) as reason', [`${month}-01`]);
  return row?.reason ?? null;
}

/** The newest month that left the database: where the chain begins now. */
export async function lastDropped(): Promise<ColdRow | undefined> {
  const [row] = await db().select().from(coldMonth).where(isNotNull(coldMonth.droppedAt)).orderBy(desc(coldMonth.endIndex)).limit(1);
  return row;
}

/** The smallest signed checkpoint that covers the first `size` entries, and whether a second place holds one that does. */
export async function coveringCheckpoint(size: number): Promise<{ size: number; note: string; root: Buffer } | undefined> {
  const [row] = await db()
    .select({ size: checkpoint.size, note: checkpoint.note, root: checkpoint.root })
    .from(checkpoint)
    .where(and(gte(checkpoint.size, size), sql`exists (select from audit_logs.anchor a where a.size >= ${size})`))
    .orderBy(asc(checkpoint.size))
    .limit(1);
  return row;
}

/** Notes of the checkpoints that end in a range of sizes, smallest first. */
export async function notesBetween({ first, end }: MonthRange): Promise<string[]> {
  const rows = await db()
    .select({ note: checkpoint.note })
    .from(checkpoint)
    .where(and(gt(checkpoint.size, first), lte(checkpoint.size, end)))
    .orderBy(asc(checkpoint.size));
  return rows.map(({ note }) => note);
}

export async function tilesBetween(level: number, { first, end }: MonthRange): Promise<{ index: number; hashes: Buffer }[]> {
  return db()
    .select({ index: tile.index, hashes: tile.hashes })
    .from(tile)
    .where(and(eq(tile.level, level), gte(tile.index, first), lt(tile.index, end)))
    .orderBy(asc(tile.index));
}
