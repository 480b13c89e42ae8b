/** Do drizzle tables say what the migrations made? Every slice that has tables tests this. */
import assert from 'node:assert/strict';
import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import type pg from 'pg';

type Asked = { name: string; type: string; notNull: boolean; hasDefault: boolean };
type Found = { name: string; type: string; not_null: boolean; has_default: boolean };

/** Left out of drizzle tables on purpose: filled and checked by PostgreSQL alone. */
const mayBeMissing = new Set(['workspace_id']);

/**
 * Fails with the list of differences: missing and surplus columns, other types, other nullability, missing defaults.
 * @param owner a connection that sees the catalog, e.g. `testDatabase(t).owner`.
 * @example test('tables match the migrations', async (t) => assertTablesMatchDatabase((await testDatabase(t)).owner, [asset]));
 */
export async function assertTablesMatchDatabase(owner: Pick<pg.Pool, 'query'>, tables: readonly PgTable[]): Promise<void> {
  const differences: string[] = [];
  for (const table of tables) differences.push(...(await compare(owner, table)));
  assert.deepEqual(differences, [], 'drizzle tables differ from the database');
}

async function compare(owner: Pick<pg.Pool, 'query'>, table: PgTable): Promise<string[]> {
  const { name, schema = 'public' } = getTableConfig(table);
  const title = `${schema}.${name}`;
  const asked: Asked[] = Object.values(getTableColumns(table)).map((column) => ({
    name: column.name,
    type: column.getSQLType(),
    notNull: column.notNull,
    hasDefault: column.hasDefault,
  }));
  const found = await columnsOf(owner, schema, name);
  if (found.size === 0) return [`${title} does not exist`];
  // PostgreSQL itself says how it would print each type.
  const { rows } = await owner.query<{ type: string; printed: string | null }>(
    'select type, format_type(to_regtype(type), to_regtypemod(type)) as printed from unnest($1::text[]) as type',
    [asked.map(({ type }) => type)],
  );
  const printed = new Map(rows.map((row) => [row.type, row.printed]));
  const surplus = asked.flatMap((column) => difference(column, found.get(column.name), printed.get(column.type) ?? column.type));
  const names = new Set(asked.map((column) => column.name));
  const missing = [...found.keys()].filter((column) => !names.has(column) && !mayBeMissing.has(column));
  return [...surplus, ...missing.map((column) => `${column}: missing in drizzle`)].map((text) => `${title}.${text}`);
}

async function columnsOf(owner: Pick<pg.Pool, 'query'>, schema: string, name: string): Promise<Map<string, Found>> {
  const { rows } = await owner.query<Found>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null, a.atthasdef or a.attidentity <> '' as has_default
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped`,
    [schema, name],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

function difference({ name, notNull, hasDefault }: Asked, found: Found | undefined, type: string): string[] {
  if (found === undefined) return [`${name}: not in the database`];
  const differences: string[] = [];
  if (found.type !== type) differences.push(`${name}: drizzle says ${type}, the database ${found.type}`);
  if (found.not_null !== notNull) differences.push(`${name}: drizzle says ${notNull ? 'not null' : 'nullable'}, the database does not`);
  if (hasDefault && !found.has_default) differences.push(`${name}: drizzle says it has a default, the database has none`);
  return differences;
}
