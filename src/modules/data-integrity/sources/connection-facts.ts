/** What a connection's role is and may do, read in the same kind of snapshot as tables are. */
import { isProblem } from '../../../contract/problem.ts';
import { listTables, type PostgresSession } from '../../data-quality/contract.ts';
import type { ConnectionTest } from '../contract.ts';
import { loginOf, onPostgres } from './postgres-store.ts';
import type { RemotePlace } from './remote-table.ts';

const own = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
/** Each answers rows when the role could change something. */
const ways: readonly (readonly [reason: string, sql: string])[] = [
  ['it is a superuser', 'SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper'],
  ['it may create roles or databases', 'SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolcreaterole OR rolcreatedb)'],
  ['it may create schemas in this database', `SELECT 1 WHERE has_database_privilege(current_database(), 'CREATE')`],
  [
    'it may create tables in a schema',
    `SELECT 1 FROM pg_namespace n WHERE ${own} AND has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE') LIMIT 1`,
  ],
  [
    'it may insert, update or delete rows of a table',
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND c.relkind IN ('r', 'p', 'v', 'f')
       AND has_schema_privilege(n.oid, 'USAGE')
       AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE')) LIMIT 1`,
  ],
  [
    'it may write or run files of the server',
    `SELECT 1 WHERE pg_has_role('pg_write_server_files', 'USAGE') OR pg_has_role('pg_execute_server_program', 'USAGE')`,
  ],
];

/** A database that refuses is an answer, not a failure of ours. @throws data-quality.stopped */
export async function testOf(place: RemotePlace, signal: AbortSignal): Promise<ConnectionTest> {
  const options = { statementTimeoutMs: Math.min(place.statementTimeoutMs, 15_000), tag: 'ai-spm connection test', signal };
  try {
    return { works: true, problem: null, facts: await onPostgres(loginOf(place.parts), options, factsOf) };
  } catch (error) {
    if (!isProblem(error) || error.code !== 'data-quality.databaseRefused') throw error;
    return { works: false, problem: { code: error.code, detail: error.message.slice(0, 2000) }, facts: null };
  }
}

async function factsOf(session: PostgresSession): Promise<NonNullable<ConnectionTest['facts']>> {
  const [row] = await session.query(`SELECT current_setting('server_version'), current_user::text`);
  const reasons: string[] = [];
  for (const [reason, sql] of ways) if ((await session.query(sql)).length > 0) reasons.push(reason);
  const tables = await listTables(session);
  const [version, role] = [row?.[0] ?? '', row?.[1] ?? ''];
  return { version: version.slice(0, 100), role: role.slice(0, 200), mayWrite: reasons.length > 0, reasons, readableTables: tables.length };
}
