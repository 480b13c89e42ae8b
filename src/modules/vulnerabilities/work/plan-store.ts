/** Writing what was planned: one row at a time, or many by one statement. */
import { eq, getTableColumns, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type Author, present } from '../store.ts';
import { history, type VulnerabilityDraftRow, type VulnerabilityRow, vulnerability } from '../table.ts';
import type { FieldChange, Plan } from './change.ts';

/** Writes a planned change and its history. The row must be locked by this transaction. */
export async function writePlan(
  row: VulnerabilityRow,
  plan: Plan,
  { author, batchId = null }: { author: Author; batchId?: string | null },
): Promise<VulnerabilityRow> {
  const [changed] = await db()
    .update(vulnerability)
    .set({ ...plan.set, version: row.version + 1, updatedAt: sql`now()` })
    .where(eq(vulnerability.id, row.id))
    .returning();
  await writeHistory([{ vulnerabilityId: row.id, plan, author, batchId }]);
  return present(changed);
}

export type HistoryDraft = {
  readonly vulnerabilityId: string;
  readonly plan: Omit<Plan, 'set'>;
  readonly author: Author;
  readonly batchId?: string | null;
};

export async function writeHistory(entries: readonly HistoryDraft[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ vulnerabilityId, plan: { kind, before, after, why }, author, batchId = null }) => ({
    vulnerabilityId,
    kind,
    before,
    after,
    why,
    batchId,
    actorKind: author.kind,
    actorId: author.id,
    actorName: author.name,
  }));
  await insertMany(history, rows);
}

type Table = typeof history | typeof vulnerability;

/**
 * Inserts rows that all have the same fields by one statement with one parameter: PostgreSQL reads them from JSON, which
 * costs a tenth of a parameter for each value.
 */
async function insertMany(table: Table, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.entries(getTableColumns(table)).filter(([field]) => first[field] !== undefined);
  const records = rows.map((row) => Object.fromEntries(columns.map(([field, { name }]) => [name, asJson(row[field])])));
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const types = sql.join(
    columns.map(([, column]) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`),
    sql`, `,
  );
  await db().execute(
    sql`insert into ${table} (${names}) select ${names} from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as given(${types})`,
  );
}

/** Bytes are written as PostgreSQL reads them. */
function asJson(value: unknown): unknown {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value;
}

/** Drafts must all have the same fields. Answers the rows in order of id. */
export async function insertRows(drafts: readonly (VulnerabilityDraftRow & { id: string })[]): Promise<VulnerabilityRow[]> {
  if (drafts.length === 0) return [];
  await insertMany(vulnerability, drafts);
  return readRows(drafts.map(({ id }) => id));
}

function readRows(ids: readonly string[]): Promise<VulnerabilityRow[]> {
  return db()
    .select()
    .from(vulnerability)
    .where(sql`${vulnerability.id} = any(${sql.param([...ids])}::uuid[])`)
    .orderBy(vulnerability.id);
}

/** Columns a move may change: what an undo puts back. Field of the row, column, type. */
const movable = [
  ['status', 'status', 'text'],
  ['verification', 'verification', 'text'],
  ['reason', 'reason', 'text'],
  ['assigneeId', 'assignee_id', 'uuid'],
  ['assigneeName', 'assignee_name', 'text'],
  ['dueAt', 'due_at', 'timestamptz'],
  ['dueFixed', 'due_fixed', 'boolean'],
  ['clockStartedAt', 'clock_started_at', 'timestamptz'],
  ['pausedMs', 'paused_ms', 'bigint'],
  ['pausedAt', 'paused_at', 'timestamptz'],
  ['hold', 'hold', 'jsonb'],
  ['acceptance', 'acceptance', 'jsonb'],
  ['reviewAt', 'review_at', 'timestamptz'],
  ['reopenedCount', 'reopened_count', 'integer'],
  ['resolvedAt', 'resolved_at', 'timestamptz'],
  ['closedAt', 'closed_at', 'timestamptz'],
] as const;
type Movable = { readonly [K in (typeof movable)[number][0]]?: FieldChange[K] };
const setColumns = sql.raw(movable.map(([, column]) => `${column} = g.${column}`).join(', '));
const givenColumns = sql.raw(movable.map(([, column, type]) => `${column} ${type}`).join(', '));

export function stateOf(row: Movable): Record<string, unknown> {
  return Object.fromEntries(movable.map(([field, column]) => [column, row[field]]));
}

/** Moves only: of the fields that {@link movable} lists. */
export type Planned = { readonly row: VulnerabilityRow; readonly plan: Plan };

/** Writes many planned moves and their history. The rows must be locked by this transaction. Answers them as they are now. */
export async function writePlans(
  planned: readonly Planned[],
  { author, batchId = null }: { author: Author; batchId?: string | null },
): Promise<VulnerabilityRow[]> {
  if (planned.length === 0) return [];
  const after = await setStates(planned.map(({ row, plan }) => ({ id: row.id, state: stateOf({ ...row, ...plan.set }) })));
  await writeHistory(planned.map(({ row, plan }) => ({ vulnerabilityId: row.id, plan, author, batchId })));
  return after;
}

/** Sets rows to states made by {@link stateOf}. */
export async function setStates(states: readonly { id: string; state: Record<string, unknown> }[]): Promise<VulnerabilityRow[]> {
  await db().execute(sql`
    update vulnerabilities.vulnerability v set ${setColumns}, version = v.version + 1, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(states.map(({ id, state }) => ({ id, ...state })))}::jsonb) as g(id uuid, ${givenColumns}) where v.id = g.id`);
  return readRows(states.map(({ id }) => id));
}
