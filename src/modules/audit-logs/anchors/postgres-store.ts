/** A second place in another PostgreSQL, whose administrator is best another person. */
import pg from 'pg';
import { problems } from '../../../contract/problem.ts';
import { readNote } from '../tree/signed-note.ts';
import { type AnchorPlace, type FoundNote, isSameLog } from './place.ts';

const databaseProblems = problems('audit-logs', {
  anchorUnreadable: [500, 'A checkpoint that is to be kept is no signed note.'],
});

const timeoutMs = 10_000;
const mostNotes = 1000;
const makeTable = `create table if not exists aispm_anchor (
  origin text not null, size bigint not null, note text not null, at timestamptz not null default now(), primary key (origin, size))`;

/** @param url of a login that may make the table aispm_anchor, or insert into and select from it. */
export function databasePlace(url: string): AnchorPlace {
  const { hostname, port, pathname } = new URL(url);
  const name = `postgres:${hostname}${port === '' ? '' : `:${port}`}${pathname}`.slice(0, 200);
  return {
    name,
    kind: 'database',
    everyMs: null,
    put: (notes) => onClient(url, (client) => keepAll(client, notes)),
    read: (origin, above) => onClient(url, (client) => larger(client, origin, above)),
  };
}

/** One note a minute: a connection that is kept would only be one more thing that breaks. */
async function onClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'ai-spm audit anchor',
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function keepAll(client: pg.Client, notes: readonly string[]): Promise<string | null> {
  const { rows: there } = await client.query("select to_regclass('aispm_anchor') is not null as made");
  if (there[0]?.made !== true) await client.query(makeTable);
  for (const note of notes) {
    const other = await keep(client, note);
    if (other !== null) return other;
  }
  return null;
}

async function keep(client: pg.Client, note: string): Promise<string | null> {
  const read = readNote(note);
  if (read === null) throw databaseProblems.anchorUnreadable();
  const { origin, size } = read.checkpoint;
  await client.query('insert into aispm_anchor (origin, size, note) values ($1, $2, $3) on conflict do nothing', [origin, size, note]);
  const { rows } = await client.query<{ note: string }>('select note from aispm_anchor where origin = $1 and size = $2', [origin, size]);
  const kept = rows[0]?.note ?? '';
  return isSameLog(kept, note) ? null : kept;
}

async function larger(client: pg.Client, origin: string, above: number): Promise<FoundNote[]> {
  const { rows: there } = await client.query("select to_regclass('aispm_anchor') is not null as made");
  if (there[0]?.made !== true) return [];
  const { rows } = await client.query<{ size: string; note: string }>(
    'select size, note from aispm_anchor where origin = $1 and size > $2 order by size desc limit $3',
    [origin, above, mostNotes],
  );
  return rows.map(({ size, note }) => ({ origin, size: Number(size), note }));
}
