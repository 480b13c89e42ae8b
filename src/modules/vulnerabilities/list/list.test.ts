import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { overrideEnvironment } from '../../../platform/config.ts';
import { db, inDatabase, transaction } from '../../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/test-database.ts';
import { readStatistics } from '../statistics-store.ts';
import { seedVulnerabilities } from '../test-rows.ts';
import type { VulnerabilityFilter } from '../vulnerability.ts';
import { csvCell, exportRows } from './export.ts';
import { benchFilters, people } from './list.bench.ts';
import { countRows, listRows, pageQuery, type Sort } from './list-store.ts';

/** More than are counted exactly. */
const rows = 10_400;
const now = new Date();
const userId = people[3] ?? '';
const live = 'open,in_progress';

/** What the pages show as tabs (page.tsx), and the others of the design. */
const standardViews: readonly (readonly [string, VulnerabilityFilter, Sort])[] = [
  ['All open', { status: live }, 'priority'],
  ['Fix first', { status: live, severity: 'critical,high' }, 'priority'],
  ['Mine', { status: live, assignee: 'me' }, 'due'],
  ['Due this week', { status: live, due: 'week' }, 'due'],
  ['Breached', { status: live, due: 'breached' }, 'due'],
  ['KEV', { status: live, kev: 'true' }, 'priority'],
  ['New since yesterday', { status: live, created_since: '24h' }, 'priority'],
  ['Unowned', { status: live, owner: 'unowned' }, 'priority'],
  ['Accepted', { status: 'risk_accepted' }, 'updated'],
];

describe('lists of vulnerabilities', () => {
  let base: TestDatabase;
  const releases: (() => Promise<void>)[] = [];
  before(async () => {
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' });
    base = await testDatabase({ after: (release) => releases.push(release) });
    await seedVulnerabilities(
      base.owner,
      { workspaceId: base.workspaceId, rows, people },
      { workspaceId: base.otherWorkspaceId, rows: 500, people },
    );
  });

  after(async () => {
    for (const release of releases) await release();
  });

  const within = <T>(work: () => Promise<T>, workspaceId?: string) =>
    inDatabase(base.database, () => transaction(base.context(workspaceId), work, { readOnly: true }));
  const page = (
    filter: VulnerabilityFilter,
    sort: Sort,
    paging: { limit: number; cursor?: string | undefined; page?: number } = { limit: 50 },
  ) => within(() => listRows({ filter, sort, paging, context: { now, userId } }));

  const orders: Record<Sort, string> = {
    priority: 'priority desc, id desc',
    due: "case when live then coalesce(due_at, 'infinity') else 'infinity' end, id",
    severity: "array_position(array['critical','high','medium','low','informational'], severity), priority desc, id desc",
    updated: 'updated_at desc, id desc',
  };
  /** The same filter written down a second time, plainly and by hand. */
  function plainly(filter: VulnerabilityFilter): string {
    const quoted = (text: string) =>
      text
        .split(',')
        .map((word) => `'${word}'`)
        .join(',');
    const parts = [`workspace_id = '${base.workspaceId}'`];
    if (filter.severity) parts.push(`severity in (${quoted(filter.severity)})`);
    if (filter.status) parts.push(`status in (${quoted(filter.status)})`);
    if (filter.environment)
      parts.push(filter.environment === 'unknown' ? 'environment is null' : `environment in (${quoted(filter.environment)})`);
    if (filter.asset_type) parts.push(`asset_type = '${filter.asset_type}'`);
    if (filter.owner) parts.push(filter.owner === 'unowned' ? 'owner is null' : `owner = '${filter.owner}'`);
    if (filter.assignee)
      parts.push(
        filter.assignee === 'none' ? 'assignee_id is null' : `assignee_id = '${filter.assignee === 'me' ? userId : filter.assignee}'`,
      );
    if (filter.source) parts.push(`source = '${filter.source}'`);
    if (filter.kev) parts.push(filter.kev === 'unknown' ? 'kev is null' : `kev = ${filter.kev}`);
    if (filter.malicious) parts.push(`malicious = ${filter.malicious}`);
    if (filter.weakness) parts.push(`weakness = '${filter.weakness}'`);
    const moment = `'${now.toISOString()}'::timestamptz`;
    if (filter.due === 'breached') parts.push(`live and due_at < ${moment}`);
    if (filter.due === 'week') parts.push(`live and due_at between ${moment} and ${moment} + interval '7 days'`);
    if (filter.due === 'none') parts.push('live and due_at is null');
    if (filter.created_since)
      parts.push(`created_at >= ${moment} - interval '${filter.created_since.replace('h', ' hours').replace('d', ' days')}'`);
    const words = filter.q?.split(/[ -]/) ?? [];
    const text = "title || ' ' || weakness || ' ' || component || ' ' || location || ' ' || asset_name";
    for (const [at, word] of words.entries()) parts.push(`${text} ~* '\\y${word}${at === words.length - 1 ? '' : '\\y'}'`);
    return parts.map((part) => `(${part})`).join(' and ');
  }

  for (const [place, filter] of benchFilters.entries()) {
    // Two orders each, in turn: together all filters meet all orders.
    const sorts = (Object.keys(orders) as Sort[]).filter((_, at) => (at + place) % 2 === 0);
    test(`lists exactly the rows of ${JSON.stringify(filter)} by ${sorts.join(' and ')}, over pages`, async () => {
      for (const sort of sorts) {
        const { rows: expected } = await base.owner.query<{ id: string; total: number }>(
          `select id, (count(*) over ())::int as total from vulnerabilities.vulnerability where ${plainly(filter)} order by ${orders[sort]} limit 100`,
        );
        const count = expected[0]?.total ?? 0;
        const first = await page(filter, sort);
        const second = first.nextCursor === null ? { items: [] } : await page(filter, sort, { limit: 50, cursor: first.nextCursor });
        assert.deepEqual(
          [...first.items, ...second.items].map(({ id }) => id),
          expected.map(({ id }) => id),
          sort,
        );
        if (first.totalIsEstimate)
          assert.ok(count > 10_000 && first.total > count / 3 && first.total < count * 3, `estimated ${first.total} for ${count}`);
        else assert.equal(first.total, count);
      }
    });
  }

  for (const [name, filter, sort] of standardViews) {
    test(`the view "${name}" reads its page by an index`, async () => {
      const { text, values } = await within(() => pageQuery({ filter, sort, context: { now, userId } }));
      const plan = await within(async () => {
        // Values as literals: the plan of a list is made for them.
        const filled = text.replace(/\$(\d+)/g, (_, number) => literal(values[Number(number) - 1]));
        return (await db().execute<{ 'QUERY PLAN': string }>(sql.raw(`explain ${filled}`))).rows.map((row) => row['QUERY PLAN']).join('\n');
      });
      assert.doesNotMatch(plan, /Seq Scan on vulnerability/, plan);
      // What the function does is the next test's business.
      assert.match(plan, /(Index|Bitmap|Function Scan on matching)/);
    });
  }

  test('the function behind text and facets reads by the text index, whatever is asked', async () => {
    const client = await base.owner.connect();
    try {
      const { rows: sources } = await client.query<{ body: string }>(
        "select prosrc as body from pg_proc where proname = 'matching' and pronamespace = 'vulnerabilities'::regnamespace",
      );
      const body = (sources[0]?.body ?? '')
        .replaceAll(/\bquery\b/g, '$1')
        .replaceAll(/\bbeside\b/g, '$2')
        .replaceAll(/\bmost\b/g, '$3');
      // As a function plans it: without knowing what will be asked.
      await client.query("set plan_cache_mode = 'force_generic_plan'");
      await client.query(`prepare inside(tsquery, tsquery, integer) as ${body}`);
      const { rows: plan } = await client.query<{ 'QUERY PLAN': string }>("explain execute inside('x', 'y', 10)");
      assert.match(plan.map((row) => row['QUERY PLAN']).join('\n'), /Bitmap Index Scan on vulnerability_search/);
    } finally {
      client.release(true);
    }
  });

  test('the number of a vulnerability finds it', async () => {
    const { rows: some } = await base.owner.query<{ id: string; number: string }>(
      'select id, number from vulnerabilities.vulnerability where workspace_id = $1 limit 1 offset 77',
      [base.workspaceId],
    );
    const { items } = await page({ q: `VUL-${some[0]?.number}` }, 'priority');
    assert.deepEqual(
      items.map(({ id }) => id),
      [some[0]?.id],
    );
  });
  test('text that would be an operator of the search is only text', async () => {
    for (const q of ["'", '\\', "a' | 'b", '!!!', ':*', '( & ) | !', 'x\0y', '%_'])
      assert.ok((await page({ q }, 'priority')).total <= rows);
    assert.equal((await page({ owner: "x' | 'f/owner/=team-7" }, 'priority')).total, 0);
    assert.equal((await page({ owner: '\\' }, 'priority')).total, 0);
  });
  test('a cursor of another filter, a forged one, and one beside a page number are refused', async () => {
    const { nextCursor } = await page({ status: live }, 'priority');
    const cursor = nextCursor ?? '';
    await assert.rejects(page({ status: live, severity: 'high' }, 'priority', { limit: 50, cursor }), {
      code: 'paging.otherQuery',
      status: 422,
    });
    await assert.rejects(page({ status: live }, 'due', { limit: 50, cursor }), { code: 'paging.otherQuery' });
    await assert.rejects(page({ status: live }, 'priority', { limit: 50, cursor: `x${cursor}` }), { code: 'paging.badCursor' });
    await assert.rejects(page({ status: live }, 'priority', { limit: 50, cursor, page: 2 }), { code: 'paging.cursorAndPage' });
    await assert.rejects(page({}, 'priority', { limit: 50, page: 201 }), { code: 'paging.tooDeep' });
  });
  test('a page by number is the page by cursor', async () => {
    const first = await page({ status: live }, 'priority');
    const byCursor = await page({ status: live }, 'priority', { limit: 50, cursor: first.nextCursor ?? '' });
    const byNumber = await page({ status: live }, 'priority', { limit: 50, page: 2 });
    assert.deepEqual(
      byNumber.items.map(({ id }) => id),
      byCursor.items.map(({ id }) => id),
    );
  });
  test('text search shows nothing of another workspace', async () => {
    const other = await within(
      () => listRows({ filter: { q: 'loading' }, sort: 'priority', paging: { limit: 500 }, context: { now, userId } }),
      base.otherWorkspaceId,
    );
    assert.equal(other.total, 500);
    const { rows: theirs } = await base.owner.query<{ id: string }>(
      'select id from vulnerabilities.vulnerability where workspace_id = $1',
      [base.otherWorkspaceId],
    );
    const ids = new Set(theirs.map(({ id }) => id));
    assert.ok(other.items.every(({ id }) => ids.has(id)));
    assert.equal((await within(() => countRows({ q: 'loading' }, { now, userId }), base.otherWorkspaceId)).total, 500);
  });

  test('statistics count what the list lists, and each number says how to list its rows', async () => {
    const filter = { environment: 'production' };
    const statistics = await within(() => readStatistics({ filter, userId, now, days: 30 }));
    const { rows: counted } = await base.owner.query<Record<string, number>>(
      `select count(*)::int as total, (count(*) filter (where live))::int as open, (count(*) filter (where live and due_at < $1))::int as breached,
       (count(*) filter (where live and severity = 'critical'))::int as critical from vulnerabilities.vulnerability where ${plainly(filter)}`,
      [now],
    );
    assert.deepEqual(
      { total: statistics.total, open: statistics.open, breached: statistics.sla.breached, critical: statistics.bySeverity[0]?.count },
      counted[0],
    );
    assert.equal(statistics.bySeverity[0]?.filter, 'environment=production&severity=critical&status=open,in_progress');
    const listed = await page(Object.fromEntries(new URLSearchParams(statistics.bySeverity[0]?.filter)), 'priority');
    assert.equal(listed.total, statistics.bySeverity[0]?.count);
    assert.equal(statistics.perDay.length, 30);
    assert.ok(statistics.timeToFix.medianMs !== null && statistics.timeToFix.fixed > 0);
    assert.equal(statistics.kev.yes + statistics.kev.no + statistics.kev.unknown, statistics.open);
    assert.equal(statistics.epssAboveTenth.unknown, statistics.open);
  });

  test('an export has every row of the filter, and its last line says how many', async () => {
    const chunks: string[] = [];
    const filter = { status: live, severity: 'critical' };
    await inDatabase(base.database, async () => {
      for await (const chunk of exportRows({ filter, sort: 'priority', format: 'csv' }, base.context())) chunks.push(chunk);
    });
    const lines = chunks.join('').trimEnd().split('\r\n');
    const { total } = await page(filter, 'priority');
    assert.equal(lines.at(-1), `${total} rows`);
    assert.equal(lines.length, total + 2);
    assert.match(lines[0] ?? '', /^number,severity,priority,status/);
  });
  test('cells that a spreadsheet would compute are text', () => {
    assert.deepEqual(['=1+1', '+x', '-x', '@x', '\tx', '\rx', 'a,b', 'a"b', -5, null, true].map(csvCell), [
      "'=1+1",
      "'+x",
      "'-x",
      "'@x",
      "'\tx",
      `"'\rx"`,
      '"a,b"',
      '"a""b"',
      '-5',
      '',
      'true',
    ]);
  });
});

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}
