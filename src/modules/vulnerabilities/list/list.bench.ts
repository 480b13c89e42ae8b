/** Lists of a million vulnerabilities: any filter, any order, first page and deep page. */
import { randomUUID } from 'node:crypto';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/test-database.ts';
import { seedVulnerabilities } from '../test-rows.ts';
import type { VulnerabilityFilter } from '../vulnerability.ts';
import { listRows, type Sort } from './list-store.ts';

export const people = Array.from({ length: 12 }, () => randomUUID());
const live = 'open,in_progress';

/** Standard views, every single filter, and pairs that have few or no rows in common. */
export const benchFilters: readonly VulnerabilityFilter[] = [
  {},
  { status: live },
  { status: live, severity: 'critical' },
  { status: live, severity: 'low,informational' },
  { status: live, assignee: people[3] ?? 'none' },
  { status: live, assignee: 'none' },
  { status: live, due: 'week' },
  { status: live, due: 'breached' },
  { status: live, created_since: '1d' },
  { status: live, owner: 'unowned' },
  { status: live, owner: 'team-7' },
  { status: live, kev: 'true' },
  { status: live, kev: 'unknown' },
  { status: live, environment: 'production' },
  { status: live, source: 'manual' },
  { status: live, malicious: 'true' },
  { status: live, weakness: 'rule-7' },
  { status: live, asset_type: 'agent' },
  { status: 'resolved' },
  { status: 'risk_accepted' },
  { status: live, q: 'shell' },
  { status: live, q: 'file 4711' },
  { status: live, q: 'asset-17 download' },
  { q: 'nothingcalledthis' },
  { status: live, severity: 'critical', environment: 'research', kev: 'true' },
  { status: live, severity: 'informational', kev: 'true', owner: 'team-3' },
  { status: live, severity: 'low', due: 'breached', environment: 'production' },
  { status: 'false_positive', severity: 'critical' },
  { status: live, severity: 'critical', due: 'none' },
  { severity: 'high', environment: 'unknown', assignee: 'none', source: 'import' },
];
const sorts: readonly Sort[] = ['priority', 'due', 'severity', 'updated'];

async function prepare(base: TestDatabase, rows: number): Promise<void> {
  await seedVulnerabilities(base.owner, { workspaceId: base.workspaceId, rows, people });
}

/** Milliseconds of every list, each read several times, with what was read. */
export async function measureLists(base: TestDatabase, rounds: number): Promise<{ name: string; ms: number; total: number }[]> {
  const measured: { name: string; ms: number; total: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const filter of benchFilters) {
      for (const sort of sorts) {
        const read = (cursor?: string) =>
          inDatabase(base.database, () =>
            transaction(
              base.context(),
              () => listRows({ filter, sort, paging: { limit: 50, cursor }, context: { now: new Date(), userId: people[3] ?? null } }),
              { readOnly: true },
            ),
          );
        const begun = performance.now();
        const page = await read();
        const name = `${sort} ${JSON.stringify(filter)}`;
        measured.push({ name, ms: performance.now() - begun, total: page.total });
        if (page.nextCursor === null) continue;
        const again = performance.now();
        await read(page.nextCursor);
        measured.push({ name: `${name} next`, ms: performance.now() - again, total: page.total });
      }
    }
  }
  return measured;
}

async function run(): Promise<number> {
  const releases: (() => Promise<void>)[] = [];
  const base = await testDatabase({ after: (release) => releases.push(release) });
  try {
    await prepare(base, 1_000_000);
    await measureLists(base, 1);
    const times = (await measureLists(base, 3)).map(({ ms }) => ms).sort((left, right) => left - right);
    return times[Math.floor(times.length * 0.95)] ?? Number.POSITIVE_INFINITY;
  } finally {
    for (const release of releases) await release();
  }
}

export const benches = [{ name: 'List of 1,000,000 vulnerabilities, any filter and order, p95', bar: 100, unit: 'ms', run }];
