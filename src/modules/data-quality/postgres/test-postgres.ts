/** For tests: a session over a real connection, as the product's store makes it. */
import pg from 'pg';
import type { PostgresSession } from './postgres-source.ts';

const asText = { getTypeParser: () => (value: string) => value };

export async function testSession(
  login: pg.ClientConfig,
): Promise<PostgresSession & { readonly client: pg.Client; close(): Promise<void> }> {
  const client = new pg.Client(login);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    client,
    query: async (text, values = []) =>
      (
        await client.query<(string | null)[]>({
          text,
          values: [...values],
          rowMode: 'array',
          types: asText as unknown as pg.CustomTypesConfig,
        })
      ).rows,
    cancel: async () => {
      const beside = new pg.Client(login);
      await beside.connect();
      await beside.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]);
      await beside.end();
    },
    close: () => client.end(),
  };
}
