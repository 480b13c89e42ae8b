/** Rounds and updates in the database. The bytes lie on disk. */
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../contract/page.ts';
import { db } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import type { PastRound } from './checks/check.ts';
import type { Round, RoundDetail, Update, Verdict } from './contract.ts';
import { type RoundRow, roundTable as round, type UpdateRow, updateTable as update } from './table.ts';

/** A statement that must answer a row did not: our own defect. */
class MissingRow extends Error {
  override readonly name = 'MissingRow';
}
function present<T>(row: T | undefined): T {
  if (row === undefined) throw new MissingRow();
  return row;
}

export function toRound(row: RoundRow): Round {
  const { rootFileId, createdAt, closedAt, reason: _reason, checks: _checks, groups: _groups, ...rest } = row;
  const { aggregated: _aggregated, aggregate: _aggregate, aggregateFileId: _file, ...fields } = rest;
  return { ...fields, hasRoot: rootFileId !== null, createdAt: createdAt.toISOString(), closedAt: closedAt?.toISOString() ?? null };
}

export function toUpdate({ roundId: _round, receivedAt, ...row }: UpdateRow): Update {
  return { ...row, receivedAt: receivedAt.toISOString() };
}

export function toDetail(row: RoundRow, updates: readonly UpdateRow[]): RoundDetail {
  const { reason, checks, groups, aggregated, aggregate } = row;
  return { ...toRound(row), reason, checks, groups, aggregated, aggregate, items: updates.map(toUpdate) };
}

/** @returns null when this round of the model exists already. */
export async function insertRound(draft: typeof round.$inferInsert): Promise<RoundRow | null> {
  const [row] = await db().insert(round).values(draft).onConflictDoNothing().returning();
  return row ?? null;
}

export async function findRound(id: string): Promise<RoundRow | null> {
  const [row] = await db().select().from(round).where(eq(round.id, id));
  return row ?? null;
}

export async function lockRound(id: string): Promise<RoundRow | null> {
  const [row] = await db().select().from(round).where(eq(round.id, id)).for('update');
  return row ?? null;
}

export async function changeRound(id: string, change: Partial<typeof round.$inferInsert>): Promise<RoundRow> {
  const [row] = await db()
    .update(round)
    .set({ ...change, version: sql`version + 1` })
    .where(eq(round.id, id))
    .returning();
  return present(row);
}

export async function deleteRound(id: string): Promise<void> {
  await db().delete(round).where(eq(round.id, id));
}

export type RoundFilter = {
  readonly model?: string | undefined;
  readonly state?: string | undefined;
  readonly decision?: string | undefined;
};
const latestFirst = keyset({ id: round.id, sort: [{ by: round.createdAt, direction: 'desc' }] });

export function listRoundRows({ model, state, decision }: RoundFilter, paging: Paging): Promise<Page<Round>> {
  const parts: SQL[] = [sql`true`];
  if (model !== undefined) parts.push(sql`${round.modelId} = ${model}`);
  if (state !== undefined) parts.push(sql`${round.state} = any(${sql.param(state.split(','))}::text[])`);
  if (decision !== undefined) parts.push(sql`${round.decision} = any(${sql.param(decision.split(','))}::text[])`);
  return latestFirst.page({ fields: getTableColumns(round), from: round, where: sql.join(parts, sql` and `), paging }, toRound);
}

/** @returns null when the client sent one before; then nothing changes. */
export async function insertUpdate(draft: typeof update.$inferInsert): Promise<UpdateRow | null> {
  const [row] = await db().insert(update).values(draft).onConflictDoNothing().returning();
  return row ?? null;
}

export function updatesOf(roundId: string): Promise<UpdateRow[]> {
  return db().select().from(update).where(eq(update.roundId, roundId)).orderBy(update.receivedAt, update.id).limit(10_000);
}

/** One statement, whatever the number of clients. */
export async function writeVerdicts(roundId: string, verdicts: readonly Verdict[]): Promise<void> {
  await db().execute(sql`
    update federated_learning.client_update as u set verdict = v.verdict, reasons = v.reasons, figures = v.figures
    from jsonb_to_recordset(${JSON.stringify(verdicts)}::jsonb) as v("clientId" text, verdict text, reasons jsonb, figures jsonb)
    where u.round_id = ${roundId}::uuid and u.client_id = v."clientId"`);
}

const mostPastRounds = 20;

/** What earlier judged rounds of the model say about each client, oldest first, the last twenty. */
export async function pastOf(modelId: string, before: number): Promise<ReadonlyMap<string, readonly PastRound[]>> {
  const { rows } = await db().execute<{ client: string; flagged: boolean; z: number | null }>(sql`
    with last as (select id, round from federated_learning.round
      where model_id = ${modelId} and round < ${before} and state = 'closed' order by round desc limit ${mostPastRounds})
    select u.client_id as client, u.verdict <> 'accepted' as flagged, (u.figures ->> 'directionZ')::float8 as z
    from last join federated_learning.client_update u on u.round_id = last.id where u.verdict is not null order by last.round`);
  const past = new Map<string, PastRound[]>();
  for (const { client, flagged, z } of rows) past.set(client, [...(past.get(client) ?? []), { flagged, directionZ: z }]);
  return past;
}

/** The aggregate of the latest judged round before. */
export async function previousAggregate(modelId: string, before: number): Promise<string | null> {
  const [row] = await db()
    .select({ file: round.aggregateFileId })
    .from(round)
    .where(
      and(
        eq(round.modelId, modelId),
        eq(round.state, 'closed'),
        sql`${round.round} < ${before}`,
        sql`${round.aggregateFileId} is not null`,
      ),
    )
    .orderBy(desc(round.round))
    .limit(1);
  return row?.file ?? null;
}

export async function clientsOf(model: string, limit: number) {
  const { rows } = await db().execute<{
    clientId: string;
    rounds: number;
    excluded: number;
    suspects: number;
    lastRound: number;
    meanCosine: number | null;
  }>(sql`
    select u.client_id as "clientId", count(*)::int as rounds, (count(*) filter (where u.verdict = 'excluded'))::int as excluded,
      (count(*) filter (where u.verdict = 'suspect'))::int as suspects, max(r.round) as "lastRound",
      avg((u.figures ->> 'cosine')::float8) as "meanCosine"
    from federated_learning.round r join federated_learning.client_update u on u.round_id = r.id
    where r.model_id = ${model} and u.verdict is not null
    group by u.client_id order by excluded desc, suspects desc, u.client_id limit ${limit}`);
  return rows;
}

/** Of these file ids, the ones that belong to something. */
export async function filesInUse(ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const given = sql.param([...ids]);
  const { rows } = await db().execute<{ id: string }>(sql`
    select id::text from federated_learning.client_update where id = any(${given}::uuid[])
    union select root_file_id::text from federated_learning.round where root_file_id = any(${given}::uuid[])
    union select aggregate_file_id::text from federated_learning.round where aggregate_file_id = any(${given}::uuid[])`);
  return new Set(rows.map(({ id }) => id));
}
