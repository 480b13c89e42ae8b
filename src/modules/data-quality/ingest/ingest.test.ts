import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { alignedNumbers, type Frame, readNumbers } from '../frame.ts';
import { cellsOf, csv, type Given, withFrames } from '../test-frames.ts';

const read = <T>(given: Given, work: (frame: Frame) => Promise<T>) => withFrames([given], async (frame) => work(frame as Frame));
const reportOf = (given: Given) => read(given, async ({ ingest }) => ingest);
const json = (content: string): Given => ({ name: 'data.json', content });

test('every line is a row or a named bad line: ragged, unterminated, NUL, text behind a quote', async () => {
  const lines = ['id,name', '1,"a"', '2', '3,c,d', '4,"x"y', '5,nul\0', '6,f', '7,"never closed', '8,h'];
  await read(csv(lines.join('\n')), async (frame) => {
    const { ingest } = frame;
    assert.deepEqual(
      ingest.badRows.map(({ line, reason }) => [line, reason]),
      [
        [3, '1 field instead of 2'],
        [4, '3 fields instead of 2'],
        [5, 'text after a closing quote'],
        [6, 'NUL byte'],
        [8, 'quote never closed'],
      ],
    );
    assert.equal(ingest.rows + ingest.badCount, lines.length - 1);
    assert.deepEqual(await cellsOf(frame), [
      ['1', 'a'],
      ['6', 'f'],
      ['8', 'h'],
    ]);
  });
});

test('a quoted empty cell is text, an unquoted one is missing', async () => {
  await read(csv('a,b\n"",\n1,2\n'), async (frame) => {
    assert.deepEqual(await cellsOf(frame), [
      ['', null],
      ['1', '2'],
    ]);
  });
});

test('line breaks, quotes and delimiters inside quotes are kept; line numbers count physical lines', async () => {
  await read(csv('a;b\r\n"x\r\ny";"say ""hi"""\r\n1;2;3\r\n4;5\r\n'), async (frame) => {
    assert.deepEqual(frame.ingest.dialect, { delimiter: ';', header: true, newline: 'CRLF' });
    assert.deepEqual(await cellsOf(frame), [
      ['x\r\ny', 'say "hi"'],
      ['4', '5'],
    ]);
    assert.equal(frame.ingest.badRows[0]?.line, 4);
  });
});

test('any table of text survives quoting, whatever its cells hold', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '1', ',', ';', '"', '\n', '\r', ' ', 'é', '=', "'"), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (rows) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const content = ['left,right', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
      await read(csv(content, { delimiter: ',', header: true }), async (frame) => assert.deepEqual(await cellsOf(frame), rows));
    }),
    { seed: 7, numRuns: 15 },
  );
});

test('delimiters are found: tab, semicolon with decimal commas, bar', async () => {
  assert.equal((await reportOf(csv('a\tb\n1,5\t2\n'))).dialect?.delimiter, '\t');
  assert.equal((await reportOf(csv('a;b\n1,5;2,5\n3,5;4,5\n'))).dialect?.delimiter, ';');
  assert.equal((await reportOf(csv('a|b\n1|2\n'))).dialect?.delimiter, '|');
  assert.equal((await reportOf(csv('a\n1\n2\n'))).columns, 1);
  assert.equal((await reportOf(csv('a,b\r1,2\r3,4\r'))).rows, 2, 'old Mac line ends');
});

test('a first line of numbers is data, and that is said', async () => {
  const report = await reportOf(csv('1,2\n3,4\n'));
  assert.equal(report.rows, 2);
  assert.match(report.warnings[0] ?? '', /looks like data/);
  assert.equal((await reportOf(csv('1,2\n3,4\n', { header: true }))).rows, 1);
});

test('UTF-8 and UTF-16 with and without mark and Windows-1252 give the same cells', async () => {
  const text = 'name,city\nJosé,Zürich\n';
  const utf16be = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  const cases: readonly [Uint8Array, string][] = [
    [Buffer.from(text), 'utf-8'],
    [Buffer.from(`\ufeff${text}`), 'utf-8'],
    [Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    [Buffer.from(text, 'utf16le'), 'utf-16le'],
    [utf16be, 'utf-16be'],
    [Buffer.from(text, 'latin1'), 'windows-1252'],
  ];
  for (const [content, encoding] of cases) {
    await read(csv(content), async (frame) => {
      assert.equal(frame.ingest.encoding, encoding);
      assert.deepEqual([frame.columns[0]?.name, await cellsOf(frame)], ['name', [['José', 'Zürich']]]);
    });
  }
});

test('two encodings in one file are refused with the byte that does not fit', async () => {
  const content = Buffer.concat([Buffer.from('a,b\né,1\n'), Buffer.from('é,2\n', 'latin1')]);
  await assert.rejects(reportOf(csv(content)), { code: 'data-quality.undecodable', status: 422, params: { offset: 9 } });
});

test('headers that repeat, are blank or dangerous get names of their own', async () => {
  const report = await reportOf(csv('x,X,,__proto__,constructor,x\n1,2,3,4,5,6\n'));
  assert.deepEqual(
    report.renamed.map(({ column, to }) => [column, to]),
    [
      [1, 'X_1'],
      [2, 'column_3'],
      [5, 'x_2'],
    ],
  );
  await read(csv('__proto__,b\nq,1\n'), async (frame) => assert.equal(frame.columns[0]?.name, '__proto__'));
});

test('a table of 801 columns is read in parts', async () => {
  // One more than two parts hold.
  const names = Array.from({ length: 801 }, (_, k) => `c${k}`).join(',');
  await read(csv(`${names}\n${Array.from({ length: 801 }, (_, k) => k).join(',')}\n`), async (frame) => {
    assert.deepEqual([frame.columns.length, frame.rows, frame.relations.length], [801, 1, 3]);
    const read: number[] = [];
    for await (const { numbers } of readNumbers(frame, frame.columns)) read.push(...numbers.finite);
    assert.deepEqual(
      read,
      Array.from({ length: 801 }, (_, k) => k),
    );
    assert.deepEqual(
      (await alignedNumbers(frame, frame.columns.slice(398, 402))).map(([first]) => first),
      [398, 399, 400, 401],
    );
  });
});

test('empty data is refused; a header alone is a table of no rows', async () => {
  await assert.rejects(reportOf(csv('')), { code: 'data-quality.emptyData', status: 422 });
  await assert.rejects(reportOf(csv('\n\n')), { code: 'data-quality.emptyData' });
  await assert.rejects(reportOf({ name: 'x.csv', content: gzipSync('') }), { code: 'data-quality.emptyData' });
  const report = await reportOf(csv('a,b\n'));
  assert.deepEqual([report.rows, report.columns], [0, 2]);
});

test('types are agreed by the whole column, and cells that do not fit are counted', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i},${i}.5,true,2024-01-${String((i % 28) + 1).padStart(2, '0')},900719925474099${i},word`,
  );
  rows[7] = 'many,7.5,true,2024-01-01,9007199254740993,word';
  await read(csv(['a,b,c,d,e,f', ...rows].join('\n')), async ({ columns, ingest }) => {
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['integer', 'number', 'boolean', 'time', 'text', 'text'],
    );
    assert.equal(columns[0]?.unparsed, 1);
    assert.ok(ingest.warnings.some((said) => said.includes('"a" is read as integer; 1 cells are not')));
    assert.ok(ingest.warnings.some((said) => said.includes('"e" has whole numbers beyond 2^53')));
  });
});

test('dates that can be read two ways stay text and are reported; digit separators are no number', async () => {
  await read(csv('when,n\n01/02/2024,1_000\n03/04/2024,2_000\n'), async ({ columns, ingest }) => {
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['text', 'text'],
    );
    assert.match(ingest.warnings.join(), /two readings/);
  });
});

test('compressed text is inflated; a bomb and a damaged stream are refused', async () => {
  assert.equal((await reportOf({ name: 'd.csv.gz', content: gzipSync('a,b\n1,2\n') })).compression, 'gzip');
  assert.equal((await reportOf({ name: 'd.csv.zst', content: zstdCompressSync('a,b\n1,2\n') })).rows, 1);
  const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20, 'a'));
  await assert.rejects(reportOf({ name: 'd.csv.gz', content: bomb }), { code: 'data-quality.tooLarge', status: 413 });
  await assert.rejects(reportOf({ name: 'd.csv.gz', content: gzipSync('a,b\n1,2\n').subarray(0, 20) }), {
    code: 'data-quality.unreadable',
  });
});

test('a line beyond the limit is one bad line, and reading goes on', async () => {
  const report = await reportOf(csv(`a,b\n1,2\n3,${'x'.repeat(9 * 2 ** 20)}\n5,6\n`));
  assert.equal(report.rows, 2);
  assert.equal(report.badRows[0]?.line, 3);
  assert.match(report.badRows[0]?.reason ?? '', /longer than 2 MiB/);
});

test('NDJSON and arrays give the same rows; numbers keep their digits and late keys their column', async () => {
  const objects = ['{"id": 9007199254740993, "s": "a,\\"b", "n": null}', '{"id": 2, "late": [1, {"x": 2}], "s": ""}'];
  const expected = [
    ['9007199254740993', 'a,"b', null, null],
    ['2', '', null, '[1, {"x": 2}]'],
  ];
  for (const content of [objects.join('\n'), ` [${objects.join(',\n')}]\n `])
    await read(json(content), async (frame) => assert.deepEqual(await cellsOf(frame), expected));
});

test('broken lines of NDJSON are named and left out', async () => {
  const deep = `{"a":${'['.repeat(80)}${']'.repeat(80)}}`;
  const report = await reportOf(json(['{"a":1}', '{"a":', '[1]', '{"a":1,"a":2}', deep, '{"a":1} x', '{"a":3}'].join('\n')));
  assert.deepEqual(
    report.badRows.map(({ line, reason }) => [line, reason]),
    [
      [2, 'not valid JSON'],
      [3, 'not an object'],
      [4, 'the key "a" occurs twice'],
      [5, 'nested deeper than 64 levels'],
      [6, 'not valid JSON'],
    ],
  );
  assert.equal(report.rows, 2);
});

test('a broken array is refused with its place', async () => {
  for (const [content, place] of [
    ['[{"a":1},\n{"a":2}', 'does not end'],
    ['[{"a":1},\n {"a":}]', 'line 2, column 2'],
    ['[{"a":1}] x', 'follows the end'],
    [`[${'{"a":['.repeat(2500)}${']}'.repeat(2500)}]`, 'nested deeper'],
  ] as const)
    await assert.rejects(reportOf(json(content)), (error: Error) => error.message.includes(place), place);
  assert.equal((await reportOf(json('[]')).catch((error: { code: string }) => error.code)) as unknown, 'data-quality.emptyData');
});

test('a column that mixes numbers and text is reported', async () => {
  assert.match((await reportOf(json('{"a":1}\n{"a":"x"}'))).warnings.join(), /"a" mixes number and text/);
});

test('a name that lies about the content is told, and formats nobody reads are refused', async () => {
  assert.match((await reportOf({ name: 'x.csv', content: '{"a":1}\n{"a":2}' })).warnings.join(), /content is JSON/);
  await assert.rejects(reportOf({ name: 'x.csv', content: 'PK\x03\x04rest' }), { code: 'data-quality.unsupported', status: 415 });
  await assert.rejects(reportOf({ name: 'x.parquet', content: 'PAR1 cut off' }), { code: 'data-quality.unreadable' });
  await assert.rejects(
    reportOf({ name: 'x.parquet', content: Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64, 255), Buffer.from('PAR1')]) }),
    {
      code: 'data-quality.unreadable',
      status: 422,
    },
  );
});

test('text of a table with cut and changed bytes is read or refused, never a defect', async () => {
  const whole = Buffer.from('id,name,when\n1,"a ""b""",2024-01-01\n2,é,2024-01-02\n3,,\n');
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: whole.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
      fc.boolean(),
      async (at, byte, cuts) => {
        const content = Buffer.from(cuts ? whole.subarray(0, at) : whole);
        if (!cuts) content[at] = byte;
        const answer = await reportOf(csv(content)).catch((error: { code?: string }) => error.code ?? String(error));
        if (typeof answer === 'string') assert.match(answer, /^data-quality\./);
      },
    ),
    { seed: 8, numRuns: 60 },
  );
});
