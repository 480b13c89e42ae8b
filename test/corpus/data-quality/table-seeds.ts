/** Sound tables of every format that is read, small: what the fuzzer starts from. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { bool, dateDay, dictionary, float64, int64, list, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette';
import { literal, openEngine } from '../../../src/modules/data-quality/engine.ts';

export type TableSeed = { readonly name: string; readonly bytes: Uint8Array };

const lines = Array.from({ length: 24 }, (_, i) => [
  i,
  (i * 37) % 11 === 0 ? '' : (i * 37) / 8,
  `w${i % 5}`,
  `2024-01-${10 + i}`,
  i % 2 === 0,
]);
const delimited = (delimiter: string, newline = '\n') =>
  [['id', 'x', 'word', 'day', 'yes'], ...lines].map((cells) => cells.join(delimiter)).join(newline) + newline;
const objects = lines.map(([id, x, word, day, yes]) =>
  JSON.stringify({ id, x: x === '' ? null : x, word, day, yes, more: { a: [1, id] } }),
);
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

/** Parquet is written by the engine: with three codecs, in several row groups. */
export async function tableSeeds(): Promise<TableSeed[]> {
  const text = (name: string, content: string | Uint8Array): TableSeed => ({ name, bytes: Uint8Array.from(Buffer.from(content)) });
  return [
    text('comma.csv', delimited(',')),
    text('semicolon.csv', delimited(';', '\r\n')),
    text('tab.tsv', delimited('\t', '\r')),
    text('quoted.csv', 'a,b\n"x, ""y""\nz",1\n"",2\n,3\né,"4"\n'),
    text('utf16.csv', utf16(delimited(','))),
    text('latin.csv', Buffer.from('stra\xdfe;n\nGr\xfcn;1\nWei\xdf;2\n', 'latin1')),
    text('numbers.csv', 'n\n1e308\n-1e308\nNaN\ninf\n9007199254740993\n-0\n\n01/02/2024\n'),
    text('lines.ndjson', objects.join('\n')),
    text('array.json', `[${objects.join(',\n')}]`),
    text('comma.csv.gz', gzipSync(delimited(','))),
    text('lines.ndjson.zst', zstdCompressSync(objects.join('\n'))),
    ...arrowSeeds(),
    ...(await parquetSeeds()),
  ];
}

function arrowSeeds(): TableSeed[] {
  const column = (k: number) => lines.map((cells) => cells[k]);
  const table = tableFromArrays(
    {
      id: column(0).map((id) => BigInt(Number(id))),
      x: column(1).map((x) => (x === '' ? null : x)),
      word: column(2),
      kind: column(2),
      day: column(3).map((day) => new Date(String(day))),
      yes: column(4),
      parts: lines.map((_, i) => [i]),
    },
    {
      types: { id: int64(), x: float64(), word: utf8(), kind: dictionary(utf8()), day: dateDay(), yes: bool(), parts: list(float64()) },
      maxBatchRows: 10,
    },
  );
  return (['file', 'stream'] as const).map((format) => ({
    name: `table.${format === 'file' ? 'arrow' : 'arrows'}`,
    bytes: tableToIPC(table, { format }) as Uint8Array,
  }));
}

async function parquetSeeds(): Promise<TableSeed[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'table-seeds-')));
  const staging = join(folder, 'staging');
  mkdirSync(staging);
  const engine = await openEngine(staging, { memoryMb: 128, threads: 1, diskMb: 128 });
  try {
    const made: TableSeed[] = [];
    const rows = `SELECT i AS id, CASE WHEN i % 11 > 0 THEN i / 8 END AS x, 'w' || i % 5 AS word, DATE '2024-01-01' + i::INTEGER AS day, i % 2 = 0 AS yes, [i] AS parts FROM range(5000) t(i)`;
    for (const codec of ['uncompressed', 'snappy', 'zstd']) {
      const path = join(staging, `${codec}.parquet`);
      await engine.run(`COPY (${rows}) TO ${literal(path)} (FORMAT parquet, CODEC '${codec}', ROW_GROUP_SIZE 2048)`);
      made.push({ name: `${codec}.parquet`, bytes: Uint8Array.from(readFileSync(path)) });
    }
    return made;
  } finally {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
