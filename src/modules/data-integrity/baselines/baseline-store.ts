/** Baselines in the database: records that stay, artefacts that go when they expire. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { Baseline, type ReadSource, sourceLabel, TableProfile } from '../contract.ts';
import { baselineArtefactTable as artefactTable, baselineTable as baseline } from '../table.ts';

type Row = typeof baseline.$inferSelect;
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
const deflate = promisify(gzip);
const inflate = promisify(gunzip);
const mostArtefactBytes = 512 * 2 ** 20;

function toBaseline(row: Row): Baseline {
  return Baseline.parse({
    ...row,
    sourceLabel: sourceLabel(row.source as ReadSource),
    createdAt: row.createdAt.toISOString(),
    promotedAt: iso(row.promotedAt),
    expiredAt: iso(row.expiredAt),
  });
}

/** One after the other for an asset: versions count up, and one at most is promoted. */
export async function lockBaselines(assetId: string): Promise<void> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('data-quality.baselines/' || platform.current_workspace()::text || '/' || ${assetId}::text, 0))`,
  );
}

export type BaselineDraft = Pick<
  Baseline,
  'assetId' | 'name' | 'environment' | 'source' | 'dataSha256' | 'rows' | 'columns' | 'window' | 'createdBy'
> & { readonly idempotencyKey: string | null };
export type Artefact = {
  /** What /check/baseline answered. */
  readonly states: unknown;
  readonly profile: TableProfile['columns'];
  readonly columnsLeftOut: number;
};

/** Call with the asset's baselines locked. */
export async function insertBaseline(draft: BaselineDraft, { states, profile, columnsLeftOut }: Artefact): Promise<Baseline> {
  const artefact = await deflate(JSON.stringify(states));
  const { assetId, environment } = draft;
  const [row] = await db()
    .insert(baseline)
    .values({
      ...draft,
      bytes: artefact.length,
      version: sql`(select coalesce(max(version), 0) + 1 from data_integrity.baseline where asset_id = ${assetId}::uuid and environment = ${environment})`,
    })
    .returning();
  if (row === undefined) throw new TypeError('An insert answers its row.');
  await db().insert(artefactTable).values({ baselineId: row.id, artefact, profile, columnsLeftOut });
  return toBaseline(row);
}

export async function findBaseline(id: string): Promise<Baseline | null> {
  const [row] = await db().select().from(baseline).where(eq(baseline.id, id));
  return row === undefined ? null : toBaseline(row);
}

export async function findByKey(idempotencyKey: string): Promise<Baseline | null> {
  const [row] = await db().select().from(baseline).where(eq(baseline.idempotencyKey, idempotencyKey));
  return row === undefined ? null : toBaseline(row);
}

export async function findPromoted(assetId: string, environment: string): Promise<Baseline | null> {
  const [row] = await db()
    .select()
    .from(baseline)
    .where(and(eq(baseline.assetId, assetId), eq(baseline.environment, environment), eq(baseline.state, 'promoted')));
  return row === undefined ? null : toBaseline(row);
}

export async function findBaselineProfile(id: string): Promise<Pick<TableProfile, 'columns' | 'columnsLeftOut'> | null> {
  const [row] = await db()
    .select({ columns: artefactTable.profile, columnsLeftOut: artefactTable.columnsLeftOut })
    .from(artefactTable)
    .where(eq(artefactTable.baselineId, id));
  const parsed = TableProfile.pick({ columns: true, columnsLeftOut: true }).safeParse(row);
  return parsed.success ? parsed.data : null;
}

/** Null when it expired. */
export async function findStates(id: string): Promise<unknown> {
  const [row] = await db().select({ artefact: artefactTable.artefact }).from(artefactTable).where(eq(artefactTable.baselineId, id));
  if (row === undefined) return null;
  const text = await inflate(row.artefact, { maxOutputLength: mostArtefactBytes });
  return JSON.parse(text.toString('utf8'));
}

/** Makes it the promoted one and supersedes the one before. Call with the asset's baselines locked. */
export async function setPromoted({ id, assetId, environment }: Baseline, by: string): Promise<void> {
  await db()
    .update(baseline)
    .set({ state: 'superseded' })
    .where(
      and(
        eq(baseline.assetId, assetId),
        eq(baseline.environment, environment),
        eq(baseline.state, 'promoted'),
        sql`${baseline.id} <> ${id}::uuid`,
      ),
    );
  await db().update(baseline).set({ state: 'promoted', promotedBy: by, promotedAt: sql`now()` }).where(eq(baseline.id, id));
}

export async function setExpired(id: string): Promise<void> {
  await db().update(baseline).set({ state: 'expired', expiredAt: sql`now()` }).where(eq(baseline.id, id));
  await db().delete(artefactTable).where(eq(artefactTable.baselineId, id));
}

type BaselineFilter = { readonly assetId: string; readonly environment?: string | undefined; readonly state?: string | undefined };
const newestFirst = keyset({ id: baseline.id, sort: [{ by: baseline.createdAt, direction: 'desc' }] });
export function listBaselineRows({ assetId, environment, state }: BaselineFilter, paging: Paging): Promise<Page<Baseline>> {
  const parts: SQL[] = [sql`${baseline.assetId} = ${assetId}::uuid`];
  if (environment !== undefined) parts.push(sql`${baseline.environment} = ${environment}`);
  if (state !== undefined) parts.push(sql`${baseline.state} = ${state}`);
  const where = sql.join(parts, sql` and `);
  return newestFirst.page({ fields: getTableColumns(baseline), from: baseline, where, paging }, toBaseline);
}
