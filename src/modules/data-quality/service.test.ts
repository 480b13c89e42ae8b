import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Endpoint } from '../../contract/endpoint.ts';
import { isProblem } from '../../contract/problem.ts';
import type { RequestContext } from '../../platform/http/handle.ts';
import { checkAnomalies, checkBaseline, checkChanges, checkDrift, checkQuality } from './contract.ts';
import { assessQuality } from './quality/quality.ts';
import { runCheck } from './run-check.ts';
import { routes } from './service.ts';
import { withReader } from './test-frames.ts';

/** As the server does: input parsed by the contract, answer checked by it. Only the signal of the context is looked at. */
async function ask<E extends Endpoint>(endpoint: E, input: unknown) {
  const route = routes.find((known) => known.endpoint.path === endpoint.path);
  const context = { signal: new AbortController().signal } as RequestContext;
  return endpoint.output.parse(await route?.run(endpoint.input.parse(input), context)) as never;
}
const upload = (content: string | Uint8Array, name = 'data.csv') => ({ upload: { name, base64: Buffer.from(content).toString('base64') } });
const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('data-quality-')).length;

test('rows and columns in the request give the same quality as the same table uploaded', async () => {
  const rows = [
    { a: 1, b: 'x' },
    { a: 2, b: null },
  ];
  const columns = [
    { name: 'a', values: [1, 2] },
    { name: 'b', values: ['x', null] },
  ];
  const answers = await Promise.all([ask(checkQuality, { data: { rows } }), ask(checkQuality, { data: { columns } })]);
  const uploaded = await ask(checkQuality, { data: upload('a,b\n1,x\n2,\n') });
  for (const { columns: profiles, metrics } of answers as { columns: unknown; metrics: unknown }[])
    assert.deepEqual([profiles, metrics], [(uploaded as { columns: unknown }).columns, (uploaded as { metrics: unknown }).metrics]);
});

test('drift and anomalies answer in the shape of their contract', async () => {
  const table = ['x,y', ...Array.from({ length: 60 }, (_, i) => `${(i * 37) % 60}.5,${i % 2 === 0 ? 'a' : 'b'}`)].join('\n');
  const drift: { verdict: string } = await ask(checkDrift, { reference: upload(table), current: upload(table) });
  assert.equal(drift.verdict, 'stable');
  const anomalies: { detectors: unknown[] } = await ask(checkAnomalies, { data: upload(table) });
  assert.equal(anomalies.detectors.length, 3);
});

test('a baseline goes out by the door and comes back in instead of the reference; changes answer in their shape', async () => {
  const table = ['x,y', ...Array.from({ length: 60 }, (_, i) => `${(i * 37) % 60}.5,${i % 2 === 0 ? 'a' : 'b'}`)].join('\n');
  const baseline: { rows: number } = await ask(checkBaseline, { data: upload(table) });
  assert.equal(baseline.rows, 60);
  const drift: { verdict: string } = await ask(checkDrift, { baseline, current: upload(table) });
  assert.equal(drift.verdict, 'stable');
  const changes: { windows: unknown[] } = await ask(checkChanges, { data: upload(table) });
  assert.equal(changes.windows.length, 1);
  assert.equal(checkDrift.input.safeParse({ current: upload(table) }).success, false);
});

const lyingParquet = Buffer.concat([
  Buffer.from('PAR1'),
  Buffer.alloc(4000, 0x55),
  Buffer.from([0xff, 0xff, 0xff, 0x7f]),
  Buffer.from('PAR1'),
]);
const nothingAsked = { rules: [], key: undefined, freshness: undefined, truth: undefined };
const isRefusal = (error: unknown): boolean => isProblem(error) && error.status >= 400 && error.status < 500;

test('hostile data is answered in the shape of the contract, or refused with a 4xx', async () => {
  const cases: readonly [string, Uint8Array | string][] = [
    ['empty.csv', ''],
    ['header.csv', 'a,b,c\n'],
    ['one-row.csv', 'a,b\n1,2\n'],
    ['nulls.csv', 'a,b\n,\n,\n'],
    ['numbers.csv', 'a\nNaN\ninf\n1e308\n-1e308\n9007199254740993\n'],
    ['headers.csv', '__proto__,constructor,,a,a\n1,2,3,4,5\n'],
    ['ragged.csv', 'a,b\n1\n1,2,3\n1,2\n'],
    ['open-quote.csv', 'a,b\n"1,2\n3,4\n'],
    ['cut.parquet', 'PAR1\x00\x00\x00\x00'],
    ['lies.parquet', lyingParquet],
    ['deep.json', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['formula.csv', '=cmd|calc,<script>\n"=1+1",<b>\n'],
    ['random.csv', Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251))],
  ];
  // What the process of a check does, without starting one for each: the next test holds that what it says comes out of the door.
  await withReader(async (read) => {
    for (const [name, content] of cases) {
      try {
        const frame = await read({ name, content });
        // The contract's numbers are finite.
        checkQuality.output.parse({ ingest: frame.ingest, ...(await assessQuality(frame, nothingAsked, null)) });
      } catch (error) {
        assert.ok(isRefusal(error), `${name}: ${error}`);
      }
    }
  });
});

test('what is refused in the process of a check is refused at the door; the next check works; no folder is left', async () => {
  const before = left();
  await assert.rejects(ask(checkQuality, { data: upload(gzipSync(Buffer.alloc(65 * 2 ** 20)), 'bomb.csv.gz') }), isRefusal);
  await assert.rejects(ask(checkQuality, { data: upload(lyingParquet, 'lies.parquet') }), isRefusal);
  const { columns }: { columns: unknown[] } = await ask(checkQuality, { data: upload('__proto__,constructor,,a,a\n1,2,3,4,5\n') });
  assert.equal(columns.length, 5);
  assert.equal(left(), before);
});

test('a path outside the folders that may be scanned is refused', async () => {
  await assert.rejects(ask(checkQuality, { data: { path: '/etc/passwd' } }), { code: 'path.outsideRoots', status: 403 });
});

test('exactly one source is taken, and columns must be of equal length', async () => {
  assert.equal(checkQuality.input.safeParse({ data: { rows: [], path: 'x' } }).success, false);
  assert.equal(checkQuality.input.safeParse({ data: {} }).success, false);
  const uneven = {
    columns: [
      { name: 'a', values: [1] },
      { name: 'b', values: [] },
    ],
  };
  await assert.rejects(ask(checkQuality, { data: uneven }), { code: 'data-quality.unreadable', status: 422 });
});

const limits = { memoryMb: 128, threads: 1, diskMb: 128, timeoutMs: 60_000, processMb: 900 };
const question = (path: string) => ({
  kind: 'quality' as const,
  data: { path, name: 'x.csv', options: {} },
  truth: null,
  options: nothingAsked,
});

test('a check that takes too long, too much memory or is called off ends, and leaves nothing', async () => {
  const before = left();
  const ask = async () => question(import.meta.filename);
  await assert.rejects(runCheck(ask, { limits: { ...limits, timeoutMs: 1 } }), { code: 'data-quality.timedOut' });
  await assert.rejects(runCheck(ask, { limits: { ...limits, processMb: 1 } }), { code: 'data-quality.outOfMemory' });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(runCheck(ask, { limits, signal: stop.signal }), { code: 'data-quality.stopped' });
  await assert.rejects(runCheck(ask, { limits, signal: AbortSignal.abort() }), { code: 'data-quality.stopped' });
  assert.equal(left(), before);
});
