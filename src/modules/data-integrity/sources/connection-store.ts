/** Connections in the database: what people may see here, what opens them sealed beside. */
import { eq, getTableColumns, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { openSecret, removeSecret, sealSecret } from '../../../platform/sealed-secret.ts';
import { Connection, connectionProblems } from '../contract.ts';
import { connectionTable as connection } from '../table.ts';
import { readAuthorities } from './certificate-authority.ts';
import { type ConnectionParts, type OpenedConnection, readConnectionString } from './connection-string.ts';

type Row = typeof connection.$inferSelect;
const purposeOf = (id: string): string => `data-quality.connection/${id}`;
const toConnection = ({ certificateAuthority, ...row }: Row): Connection =>
  Connection.parse({
    ...row,
    authorities: certificateAuthority === null ? [] : readAuthorities(certificateAuthority),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  });

function shownOf(parts: ConnectionParts) {
  const { host, port, database, user, encryption } = parts;
  return { host, port, database, user, encryption };
}

export type ConnectionDraft = {
  readonly name: string;
  readonly connectionString: string;
  readonly certificateAuthority?: string | undefined;
  readonly statementTimeoutMs: number;
  readonly createdBy: string;
};

/** Null when there is one of that name. @throws data-quality.connectionUnfit, .authorityUnfit */
export async function insertConnection({ connectionString, ...draft }: ConnectionDraft): Promise<Connection | null> {
  if (draft.certificateAuthority !== undefined) readAuthorities(draft.certificateAuthority);
  const shown = shownOf(readConnectionString(connectionString));
  const [row] = await db()
    .insert(connection)
    .values({ ...draft, ...shown })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) return null;
  await sealSecret(purposeOf(row.id), connectionString);
  return toConnection(row);
}

export async function findConnection(id: string): Promise<Connection | null> {
  const [row] = await db().select().from(connection).where(eq(connection.id, id));
  return row === undefined ? null : toConnection(row);
}

export async function findConnectionByName(name: string): Promise<Connection | null> {
  const [row] = await db().select().from(connection).where(sql`lower(name) = lower(${name})`);
  return row === undefined ? null : toConnection(row);
}

export async function lockConnection(id: string): Promise<Connection | null> {
  const [row] = await db().select().from(connection).where(eq(connection.id, id)).for('update');
  return row === undefined ? null : toConnection(row);
}

export async function countConnections(): Promise<number> {
  const [row] = await db().select({ count: sql<number>`count(*)::int` }).from(connection);
  return row?.count ?? 0;
}

type Change = {
  readonly certificateAuthority?: string | null | undefined;
  readonly connectionString?: string | undefined;
  readonly statementTimeoutMs?: number | undefined;
};

/** Call with the row locked. @throws data-quality.connectionUnfit */
export async function updateConnection({ id, version }: Connection, change: Change): Promise<Connection> {
  const { connectionString, certificateAuthority, statementTimeoutMs } = change;
  if (certificateAuthority != null) readAuthorities(certificateAuthority);
  const shown = connectionString === undefined ? {} : shownOf(readConnectionString(connectionString));
  if (connectionString !== undefined) await sealSecret(purposeOf(id), connectionString);
  const [row] = await db()
    .update(connection)
    .set({
      ...shown,
      ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
      ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
      version: version + 1,
      updatedAt: sql`now()`,
    })
    .where(eq(connection.id, id))
    .returning();
  if (row === undefined) throw connectionProblems.connectionNotFound({ id });
  return toConnection(row);
}

export async function deleteConnection(id: string): Promise<void> {
  await db().delete(connection).where(eq(connection.id, id));
  await removeSecret(purposeOf(id));
}

/** What opens it. @throws data-quality.connectionNotFound, secret.unreadable */
export async function openConnection(id: string): Promise<OpenedConnection> {
  const text = await openSecret(purposeOf(id));
  if (text === null) throw connectionProblems.connectionNotFound({ id });
  const [row] = await db().select({ certificateAuthority: connection.certificateAuthority }).from(connection).where(eq(connection.id, id));
  return { ...readConnectionString(text), certificateAuthority: row?.certificateAuthority ?? null };
}

/** Names of monitors that read through it. */
export async function monitorsThrough({ name }: Connection): Promise<string[]> {
  const { rows } = await db().execute<{ name: string }>(sql`
    select name from data_integrity.monitor where removed_at is null and lower(source -> 'postgres' ->> 'connection') = lower(${name})
    order by name limit 20`);
  return rows.map((row) => row.name);
}

const newestFirst = keyset({ id: connection.id, sort: [{ by: connection.createdAt, direction: 'desc' }] });
export function listConnectionRows(paging: Paging): Promise<Page<Connection>> {
  return newestFirst.page({ fields: getTableColumns(connection), from: connection, where: sql`true`, paging }, toConnection);
}
