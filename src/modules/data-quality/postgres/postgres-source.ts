/**
 * A PostgreSQL table as a source: looked at in a read-only snapshot with a time limit on every statement, sampled only when asked and said,
 * and read row by row through a cursor under a cap. The connection is handed in; no statement here changes anything.
 */
import { placed } from '../emitters/dialect.ts';
import { postgresql } from '../emitters/postgresql.ts';
import { type Plan, type PlanResult, runPlan } from '../plans/plan.ts';
import { type DatabaseColumn, databaseTable } from '../plans/plan-table.ts';
import { dataProblems } from '../refusal.ts';

/** One connection that nobody else uses meanwhile. */
export type PostgresSession = {
  /** Rows as arrays, every value as the text PostgreSQL writes; NULL is null. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly (readonly (string | null)[])[]>;
  /** Ends the statement that runs, from beside. */
  cancel(): Promise<void>;
};
export type SnapshotOptions = {
  readonly statementTimeoutMs: number;
  /** Shown to whoever administers the database. */
  readonly tag: string;
  /** A role that may only read; the login's own when left out. */
  readonly role?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};
export type Sample = { readonly percent: number; readonly seed: number };
export type PostgresTable = {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly DatabaseColumn[];
  /** The planner's guess; null when it has none. */
  readonly estimatedRows: number | null;
  /** Views and foreign tables cannot be sampled by the database. */
  readonly canSample: boolean;
};

const lockTimeoutMs = 3000;
const mostTables = 10_000;

/**
 * Runs the work in one snapshot: nothing can be written, whatever the role may, and all statements see the same rows.
 * @throws data-quality.stopped when the signal fires; data-quality.databaseRefused with the database's first line.
 */
export async function inSnapshot<T>(session: PostgresSession, options: SnapshotOptions, work: () => Promise<T>): Promise<T> {
  const { signal } = options;
  if (signal?.aborted) throw dataProblems.stopped();
  const cancelling = cancelOn(signal, session);
  try {
    await begin(session, options);
    return await work();
  } catch (error) {
    if (signal?.aborted) throw dataProblems.stopped();
    throw refusalOf(error);
  } finally {
    await cancelling.end();
    // A connection that is gone took its transaction with it.
    await session.query('ROLLBACK').catch(() => []);
  }
}

const cancelAgainMs = 500;

/** A cancel that comes between two statements ends neither: it is repeated until the work has ended. */
function cancelOn(signal: AbortSignal | undefined, session: PostgresSession): { end(): Promise<void> } {
  let asked: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    asked = asked.then(() => session.cancel()).catch(() => undefined);
  };
  const begun = () => {
    cancel();
    timer = setInterval(cancel, cancelAgainMs);
  };
  signal?.addEventListener('abort', begun, { once: true });
  return {
    end: async () => {
      signal?.removeEventListener('abort', begun);
      clearInterval(timer);
      await asked;
    },
  };
}

async function begin(session: PostgresSession, { statementTimeoutMs, tag, role }: SnapshotOptions): Promise<void> {
  await session.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const settings: readonly (readonly [string, string])[] = [
    ['statement_timeout', String(statementTimeoutMs)],
    ['lock_timeout', String(Math.min(lockTimeoutMs, statementTimeoutMs))],
    ['idle_in_transaction_session_timeout', String(Math.max(60_000, statementTimeoutMs * 2))],
    ['application_name', tag.slice(0, 63)],
    // Functions and operators of ours mean those of PostgreSQL, whatever the schemas of the database hold.
    ['search_path', 'pg_catalog'],
    ['TimeZone', 'UTC'],
    ['DateStyle', 'ISO'],
    ['extra_float_digits', '1'],
    ['bytea_output', 'hex'],
    // Otherwise a large table is read from where another reader is just now: the same rows in another order each time.
    ['synchronize_seqscans', 'off'],
  ];
  for (const [name, value] of settings) await session.query('SELECT set_config($1, $2, true)', [name, value]);
  if (role !== undefined) await session.query(`SET LOCAL ROLE ${postgresql.quote(role)}`);
}

/** PostgreSQL's own errors carry a code of five characters; anything else is a defect of ours and stays one. */
function refusalOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || !/^[0-9A-Z]{5}$/.test(code)) return error;
  return dataProblems.databaseRefused({ reason: `${error.message.split('\n')[0]?.slice(0, 200)} (${code}).` });
}

/** Inside of a snapshot. @throws data-quality.noSuchTable, also for tables this role may not read. */
export async function describeTable(
  session: PostgresSession,
  { schema, name }: Pick<PostgresTable, 'schema' | 'name'>,
): Promise<PostgresTable> {
  const rows = await session.query(
    `SELECT a.attname, t.typname, c.relkind, c.reltuples FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
     AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') ORDER BY a.attnum`,
    [schema, name],
  );
  const [first] = rows;
  if (first === undefined) throw dataProblems.noSuchTable({ table: `${schema}.${name}`.slice(0, 200) });
  const estimate = Number(first[3]);
  return {
    schema,
    name,
    columns: rows.map(([column, type]) => ({ name: column ?? '', type: typeOf(type ?? '') })),
    estimatedRows: estimate >= 0 ? estimate : null,
    canSample: ['r', 'p', 'm'].includes(first[2] ?? ''),
  };
}

function typeOf(name: string): DatabaseColumn['type'] {
  if (/^(int[248]|float[48]|numeric)$/.test(name)) return 'number';
  if (name === 'bool') return 'boolean';
  return /^(date|timestamp|timestamptz)$/.test(name) ? 'time' : 'text';
}

/** Tables this role may read, by name. */
export async function listTables(session: PostgresSession): Promise<{ readonly schema: string; readonly name: string }[]> {
  const rows = await session.query(
    `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1, 2 LIMIT ${mostTables}`,
  );
  return rows.map(([schema, name]) => ({ schema: schema ?? '', name: name ?? '' }));
}

/** Rows drawn one by one with the same chance; the same seed draws the same rows of the same table. */
function sampleSql(sample: Sample | undefined, { canSample, name }: PostgresTable): string {
  if (sample === undefined) return '';
  if (!canSample)
    throw dataProblems.databaseRefused({ reason: `${name.slice(0, 100)} is a view or a foreign table: it cannot be sampled.` });
  const percent = Math.min(100, Math.max(0, sample.percent));
  return `TABLESAMPLE BERNOULLI (${percent.toFixed(6)}) REPEATABLE (${Math.trunc(sample.seed)})`;
}

/** Inside of a snapshot: the plan where the data lies. States of a sample are states of the sample, and are said to be by the caller. */
export function runOnPostgres(
  session: PostgresSession,
  plan: Plan,
  { table, sample }: { table: PostgresTable; sample?: Sample | undefined },
): Promise<PlanResult> {
  return runPlan(plan, databaseTable(postgresql, table, sampleSql(sample, table)), (sql, values) => session.query(sql, values));
}

export type StagingOptions = {
  readonly sample?: Sample | undefined;
  readonly mostRows: number;
  readonly mostBytes: number;
  /** Takes delimited text, piece by piece: the header first. */
  readonly write: (text: string, rowsSoFar: number) => Promise<void>;
};
export type Staged = {
  readonly rows: number;
  readonly bytes: number;
  /** false: a cap ended the reading; the rows are the first the database gave, not a sample. */
  readonly isWhole: boolean;
  readonly sample: (Sample & { readonly method: 'bernoulli' }) | null;
  /** Cells longer than 65,536 characters, cut there. */
  readonly cutCells: number;
};

const longestCell = 65_536;
const firstFetch = 100;
const mostFetch = 5000;
const fetchBytes = 4 * 2 ** 20;

/** Inside of a snapshot: rows as comma-separated text. NULL is an empty field without quotes, everything else is quoted. */
export async function stageRows(session: PostgresSession, table: PostgresTable, options: StagingOptions): Promise<Staged> {
  const cells = table.columns.map(({ name }) => `left(${postgresql.quote(name)}::text, ${longestCell + 1})`);
  const from = databaseTable(postgresql, table, sampleSql(options.sample, table)).from([]);
  await session.query(placed(`DECLARE staged NO SCROLL CURSOR FOR SELECT ${cells.join(', ')} FROM ${from}`, []).sql);
  const staged = { rows: 0, bytes: 0, cutCells: 0 };
  await options.write(`${table.columns.map(({ name }) => field(name)).join(',')}\n`, 0);
  for (let size = firstFetch; ; ) {
    const wanted = Math.min(size, options.mostRows - staged.rows + 1);
    const rows = await session.query(`FETCH ${wanted} FROM staged`);
    const text = textOf(rows.slice(0, options.mostRows - staged.rows), staged);
    const isFull = staged.rows === options.mostRows && rows.length === wanted;
    const isLarge = staged.bytes + text.length > options.mostBytes;
    if (!isLarge) await options.write(text, staged.rows);
    staged.bytes += text.length;
    if (isLarge || isFull || rows.length < wanted) return answerOf(staged, { isWhole: !isLarge && rows.length < wanted, options });
    size = Math.max(1, Math.min(mostFetch, Math.floor((fetchBytes * rows.length) / Math.max(1, text.length))));
  }
}

type Tally = { rows: number; bytes: number; cutCells: number };

function answerOf({ rows, bytes, cutCells }: Tally, { isWhole, options }: { isWhole: boolean; options: StagingOptions }): Staged {
  return { rows, bytes, isWhole, sample: options.sample === undefined ? null : { ...options.sample, method: 'bernoulli' }, cutCells };
}

function textOf(rows: readonly (readonly (string | null)[])[], tally: Tally): string {
  let text = '';
  for (const row of rows) {
    const cells = row.map((cell) => {
      if (cell === null) return '';
      if (cell.length <= longestCell) return field(cell);
      tally.cutCells++;
      return field(cell.slice(0, longestCell));
    });
    text += `${cells.join(',')}\n`;
    tally.rows++;
  }
  return text;
}

const field = (text: string): string => `"${text.replaceAll('"', '""')}"`;
