import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Frame } from '../frame.ts';
import { assessQuality, type TableQuality } from '../quality/quality.ts';
import { cellsOf, type Given, withReader } from '../test-frames.ts';

const nothingAsked = { rules: [], key: undefined, freshness: undefined, truth: undefined };
type Answer = TableQuality & { readonly frame: Frame };
let assess: (name: string, content: string | Uint8Array) => Promise<Answer>;
let finish: () => void;
let ended: Promise<void>;

before(async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  finish = resolve;
  await new Promise<void>((ready) => {
    ended = withReader(async (read) => {
      assess = async (name, content) => {
        const given: Given = { name, content };
        const frame = await read(given);
        return { frame, ...(await assessQuality(frame, nothingAsked, null)) };
      };
      ready();
      await promise;
    });
  });
});
after(async () => {
  finish();
  await ended;
});

test('an empty file is refused in each format, and says so', async () => {
  for (const name of ['a.csv', 'a.json', 'a.parquet', 'a.arrow'])
    await assert.rejects(assess(name, ''), { code: 'data-quality.emptyData', status: 422 });
  for (const content of ['\n\n\n', '\ufeff', '  '.repeat(100)])
    assert.match(
      await assess('a.csv', content).then(
        () => 'read',
        ({ code }) => code,
      ),
      /^(read|data-quality\.emptyData)$/,
    );
});

test('bytes that are no text are not called empty', async () => {
  await assert.rejects(assess('a.csv', Buffer.from('\0abcdefghij\nabc\0defghijkl\n')), {
    code: 'data-quality.unreadable',
    message: /no line of its beginning is a sound record/,
  });
});

test('a header alone is a table of no rows, of which nothing is known', async () => {
  const { frame, metrics, score, unknownMetrics } = await assess('a.csv', 'id,name\n');
  assert.deepEqual([frame.rows, frame.columns.length, score, unknownMetrics.length], [0, 2, null, 6]);
  assert.equal(metrics.completeness.reason, 'the table has no rows');
});

test('one row is described without a spread', async () => {
  const { columns, metrics } = await assess('a.csv', 'id,name\n7,x\n');
  assert.deepEqual(
    [columns[0]?.numbers?.mean, columns[0]?.numbers?.sd, metrics.completeness.value, metrics.uniqueness.value],
    [7, null, 1, 1],
  );
});

test('a table of nothing but missing cells is complete to 0, and its rows are repeats of the first', async () => {
  const { columns, metrics } = await assess('a.csv', 'a,b\n,\n,\n,\n');
  assert.deepEqual([columns[0]?.missing, metrics.completeness.value, metrics.uniqueness.numerator], [3, 0, 1]);
});

test('mixed types are text, or the type of 95 in 100 cells with the others counted', async () => {
  const mixed = await assess('a.csv', 'a\n1\nx\n2024-01-01\ntrue\n2\n');
  assert.deepEqual([mixed.columns[0]?.type, mixed.columns[0]?.unparsed], ['text', 0]);
  const almost = await assess('a.csv', `a\n${Array.from({ length: 39 }, (_, i) => i).join('\n')}\nforty\n`);
  assert.deepEqual([almost.columns[0]?.type, almost.columns[0]?.unparsed], ['integer', 1]);
  assert.match(almost.frame.ingest.warnings[0] ?? '', /Column "a" is read as integer; 1 cells are not/);
});

test('NaN, infinities and 1e308 are numbers that no answer turns into nonsense', async () => {
  const { columns } = await assess('a.csv', 'a\nNaN\ninf\n-Infinity\n1e308\n-1e308\n1.5\n');
  const numbers = columns[0]?.numbers;
  assert.deepEqual([columns[0]?.missing, numbers?.finite, numbers?.nonFinite, numbers?.max], [1, 3, 3, 1e308]);
  assert.doesNotMatch(
    JSON.stringify(columns, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? 'WRONG' : value)),
    /WRONG/,
  );
});

test('ids beyond 2^53 keep every digit and are told apart', async () => {
  const { frame, columns, metrics } = await assess('a.csv', 'id\n9007199254740992\n9007199254740993\n18446744073709551615\n');
  assert.deepEqual(await cellsOf(frame), [['9007199254740992'], ['9007199254740993'], ['18446744073709551615']]);
  assert.deepEqual([columns[0]?.type, metrics.uniqueness.value], ['text', 1]);
});

test('ragged rows are counted and named by line; the others are read', async () => {
  const { frame } = await assess('a.csv', 'a,b\n1\n1,2\n1,2,3\n\n4,5\n');
  assert.deepEqual(
    [frame.rows, frame.ingest.badCount, frame.ingest.badRows.map(({ line, reason }) => `${line}: ${reason}`)],
    [2, 2, ['2: 1 field instead of 2', '4: 3 fields instead of 2']],
  );
  assert.ok(frame.ingest.warnings.includes('1 blank lines are no rows.'));
});

test('headers that repeat, are blank or dangerous are renamed, and their columns are assessed like any other', async () => {
  const { frame, columns } = await assess('a.csv', '__proto__,constructor,,a,A,toString\nx,2,3,4,5,6\nx,2,3,4,5,6\n');
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['__proto__', 'constructor', 'column_3', 'a', 'A_1', 'toString'],
  );
  assert.deepEqual(
    frame.ingest.renamed.map(({ from, to }) => [from, to]),
    [
      ['', 'column_3'],
      ['A', 'A_1'],
    ],
  );
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
});

test('byte order marks, UTF-16 and Latin-1 give the same table, and the encoding is said', async () => {
  const text = 'Straße,n\nGrün,1\nÖl,2\n';
  const encodings: readonly (readonly [Uint8Array, string])[] = [
    [Buffer.from(`\ufeff${text}`), 'utf-8'],
    [Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    [Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), 'utf-16be'],
    [Buffer.from(text, 'latin1'), 'windows-1252'],
  ];
  for (const [content, encoding] of encodings) {
    const { frame } = await assess('a.csv', content);
    assert.equal(frame.ingest.encoding, encoding);
    assert.deepEqual([frame.columns[0]?.name, ...(await cellsOf(frame))], ['Straße', ['Grün', '1'], ['Öl', '2']]);
  }
});

test('a bomb of gzip is stopped at its cap; a cut stream is refused', async () => {
  await assert.rejects(assess('a.csv.gz', gzipSync(Buffer.alloc(65 * 2 ** 20))), { code: 'data-quality.tooLarge', status: 413 });
  const cut = gzipSync('a,b\n1,2\n').subarray(0, 20);
  await assert.rejects(assess('a.csv.gz', cut), { code: 'data-quality.unreadable', message: /the gzip stream is damaged/ });
});

test('a Parquet file without its end, or with a footer that lies, is refused with a reason', async () => {
  await assert.rejects(assess('a.parquet', 'PAR1\0\0\0\0more'), {
    code: 'data-quality.unreadable',
    message: /cut off: its footer is missing/,
  });
  const lying = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(400, 0x55), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.from('PAR1')]);
  await assert.rejects(assess('a.parquet', lying), { code: 'data-quality.unreadable', status: 422 });
});

test('an ending that lies is told, and the content counts', async () => {
  const { frame } = await assess('a.parquet', 'a,b\n1,2\n');
  assert.deepEqual(
    [frame.rows, frame.ingest.format, frame.ingest.warnings[0]],
    [1, 'csv', 'The name ends in .parquet, the content is CSV.'],
  );
  const json = await assess('a.csv', '{"a":1}\n{"a":2}\n');
  assert.deepEqual([json.frame.ingest.format, json.frame.ingest.warnings[0]], ['json', 'The name ends in .csv, the content is JSON.']);
});

test('JSON that is broken names line and column; objects that nest too deep or repeat a key are bad rows', async () => {
  await assert.rejects(assess('a.json', '[{"a":1},\n{"a":2} {"a":3}]'), {
    code: 'data-quality.unreadable',
    message: /line 2, column 9: a comma/,
  });
  const deep = `{"a":${'['.repeat(100)}${']'.repeat(100)}}`;
  const { frame } = await assess('a.ndjson', `{"a":1}\n${deep}\n{"a":1,"a":2}\nnot json\n{"a":4}\n`);
  assert.deepEqual([frame.rows, frame.ingest.badRows.map(({ line }) => line)], [2, [2, 3, 4]]);
});

test('5,000 columns are read in parts and each is described', { timeout: 120_000 }, async () => {
  const names = Array.from({ length: 5000 }, (_, i) => `c${i}`);
  const row = (by: number) => names.map((_, i) => (i % 7 === 0 ? '' : i * by)).join(',');
  const content = [names.join(','), row(1), row(2)].join('\n');
  // Removed at once: as long as it is there, every further table of the engine costs more.
  const { columns, metrics } = await withReader(async (read) =>
    assessQuality(await read({ name: 'wide.csv', content }), nothingAsked, null),
  );
  assert.equal(columns.length, 5000);
  // By hand: columns 0, 7, 14 … 4998 have no value: 715 of them, in both rows.
  assert.deepEqual([metrics.completeness.numerator, metrics.completeness.denominator], [2 * (5000 - 715), 10_000]);
  assert.equal(columns[4999]?.numbers?.mean, 4999 * 1.5);
});
