/** A table of a database: named by a source, and its rows brought into a staged file that the data door reads. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { tableFile } from '../../../platform/table-files.ts';
import { type DataSource, describeTable, type PostgresTable, type Staged, stageRows } from '../../data-quality/contract.ts';
import { connectionProblems, type PostgresSource, tableProblems } from '../contract.ts';
import { findConnectionByName, openConnection } from './connection-store.ts';
import type { OpenedConnection } from './connection-string.ts';
import { loginOf, onPostgres } from './postgres-store.ts';
import { prepareFile, removeFile } from './upload-file.ts';
import { reservedBytes } from './upload-store.ts';

/** Holds the password: never logged, never kept. */
export type RemotePlace = { readonly parts: OpenedConnection; readonly statementTimeoutMs: number };
export type RemoteTable = RemotePlace & { readonly source: PostgresSource['postgres'] };

const mostRows = 10_000_000;
const mostBytes = 4 * 2 ** 30;
/** Below this nothing worth a check fits. */
const leastBytes = 2 ** 20;

/** Needs a transaction; nothing is opened yet. @throws data-quality.connectionUnknown, secret.unreadable */
export async function remoteTable({ postgres }: PostgresSource): Promise<RemoteTable> {
  const connection = await findConnectionByName(postgres.connection);
  if (connection === null) throw connectionProblems.connectionUnknown({ name: postgres.connection });
  return { parts: await openConnection(connection.id), statementTimeoutMs: connection.statementTimeoutMs, source: postgres };
}

/** Hears how many rows came, and of about how many when the planner says so. */
export type RowsTold = (rows: number, estimated: number | null) => void;
export type BroughtTable = {
  readonly data: z.input<typeof DataSource>;
  /** What was read of how much, in words: belongs to every answer about it. */
  readonly note: string;
  readonly remove: () => Promise<void>;
};

/**
 * Reads the rows in one read-only snapshot, outside of any transaction of ours.
 * @throws data-quality.noSuchTable, .databaseRefused, .stopped, .uploadQuota
 */
export async function bringTable(
  { parts, statementTimeoutMs, source }: RemoteTable,
  context: Context,
  told?: RowsTold,
): Promise<BroughtTable> {
  const cap = await freeBytes(context);
  const place = { workspaceId: context.actor.workspaceId, uploadId: randomUUID() };
  const remove = (): Promise<void> => removeFile(place);
  await prepareFile(place);
  const options = { statementTimeoutMs, tag: 'ai-spm data quality', signal: context.signal };
  try {
    const { table, staged } = await onPostgres(loginOf(parts), options, async (session) => {
      const described = await describeTable(session, { schema: source.schema, name: source.table });
      const handle = await open(tableFile(place), constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0));
      try {
        const write = async (text: string, rows: number): Promise<void> => {
          await handle.appendFile(text, 'utf8');
          told?.(rows, described.estimatedRows);
        };
        return {
          table: described,
          staged: await stageRows(session, described, { sample: source.sample, mostRows, mostBytes: cap, write }),
        };
      } finally {
        await handle.close();
      }
    });
    const name = `${source.schema}.${source.table}`.replaceAll(/[/\\\0]/g, '_').slice(0, 300);
    const read = { format: 'csv', encoding: 'utf-8', delimiter: ',', header: true } as const;
    return { data: { staged: { upload: place.uploadId, name }, read }, note: noteOf(source, table, staged), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function freeBytes(context: Context): Promise<number> {
  const { UPLOAD_QUOTA_BYTES: quota } = config();
  const used = await transaction(context, reservedBytes, { readOnly: true });
  if (quota - used < leastBytes) throw tableProblems.uploadQuota({ used, quota, wanted: leastBytes });
  return Math.min(mostBytes, quota - used);
}

const grouped = (count: number): string => count.toLocaleString('en-US');

function noteOf({ connection }: RemoteTable['source'], table: PostgresTable, staged: Staged): string {
  const { rows, isWhole, sample, cutCells } = staged;
  const total = table.estimatedRows === null ? 'nobody knows how many' : `about ${grouped(table.estimatedRows)} (the planner's estimate)`;
  const read =
    sample === null
      ? isWhole
        ? `all ${grouped(rows)} rows read`
        : `${grouped(rows)} rows read of ${total}`
      : `${grouped(rows)} rows read of ${total}: a sample of ${sample.percent} % drawn row by row, seed ${sample.seed}`;
  const ended = isWhole ? '' : ' A limit on rows or bytes ended the reading: these are the first rows the database gave, not the whole.';
  const cut = cutCells === 0 ? '' : ` ${grouped(cutCells)} cells were cut at 65,536 characters.`;
  return `PostgreSQL table ${table.schema.slice(0, 100)}.${table.name.slice(0, 100)} through the connection ${connection}: ${read}.${ended}${cut}`;
}
