/** The one place that opens DuckDB: shut in before the first byte of anybody's data is read. */
import { join, sep } from 'node:path';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { dataProblems } from './refusal.ts';

export type EngineLimits = { readonly memoryMb: number; readonly threads: number; readonly diskMb: number };

export type Engine = {
  /** Runs a statement whose values are bound. */
  run(sql: string, values?: readonly DuckDBValue[]): Promise<void>;
  /** All rows of a small answer, as plain values. */
  rows(sql: string, values?: readonly DuckDBValue[]): Promise<DuckDBValue[][]>;
  /** Column names and type names of a query, without running it to the end. */
  shape(sql: string): Promise<{ name: string; type: string }[]>;
  /** The answer piece by piece; a piece lives until the next is asked for. */
  chunks(sql: string): AsyncGenerator<DuckDBDataChunk, undefined>;
  /** May this file outside the staging folder be read where it lies? */
  reads(path: string): boolean;
  close(): void;
};

/** Characters of a path that the engine would take for a pattern. */
const isPattern = (path: string): boolean => /[*?[\]{}]/.test(path);

/**
 * @param staging the only folder the engine may touch: links out of it, `..`, ATTACH and INSTALL are refused, and no later SET undoes that.
 * @param sources single files outside it that may be read where they lie; a copy of a large table costs more than reading it.
 * The order of the settings matters: once external access is off, folders and files cannot be named any more.
 */
export async function openEngine(
  staging: string,
  { memoryMb, threads, diskMb }: EngineLimits,
  sources: readonly string[] = [],
): Promise<Engine> {
  const readable = new Set(sources.filter((path) => !isPattern(path)));
  const instance = await DuckDBInstance.create(join(staging, 'cells.duckdb'), {
    memory_limit: `${memoryMb}MB`,
    threads: String(threads),
    temp_directory: join(staging, 'spill'),
    max_temp_directory_size: `${diskMb}MB`,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories=[${literal(staging + sep)}]`);
  if (readable.size > 0) await connection.run(`SET allowed_paths=[${[...readable].map(literal).join(', ')}]`);
  await connection.run('SET enable_external_access=false');
  await connection.run('SET lock_configuration=true');
  return {
    run: (sql, values = []) => reported(staging, async () => void (await connection.run(sql, [...values]))),
    rows: (sql, values = []) => reported(staging, async () => (await connection.runAndReadAll(sql, [...values])).getRows()),
    shape: (sql) =>
      reported(staging, async () => {
        const result = await connection.run(sql);
        return result.columnNames().map((name, k) => ({ name, type: String(result.columnType(k)) }));
      }),
    chunks: (sql) => chunksOf(connection, sql, staging),
    reads: (path) => readable.has(path),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Damage in the middle of a file shows while its pieces are fetched. */
async function* chunksOf(connection: DuckDBConnection, sql: string, staging: string): AsyncGenerator<DuckDBDataChunk, undefined> {
  const result = await reported(staging, () => connection.stream(sql));
  for (;;) {
    const chunk = await reported(staging, () => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return undefined;
    yield chunk;
  }
}

/** Text of ours (paths of the staging folder) as an SQL literal. Names and values of callers are never concatenated: they are bound. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What the engine says goes to the caller without the folder it worked in. */
async function reported<T>(staging: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (/^Out of Memory/i.test(said)) throw dataProblems.tooLarge({ what: 'the engine ran out of the memory it may use' });
    const [first = ''] = said.replaceAll(staging, '').split('\n');
    throw dataProblems.unreadable({ reason: first.slice(0, 300) });
  }
}
