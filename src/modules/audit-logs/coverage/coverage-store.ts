/** Counts of coverage, and the facts they are held against. `…AcrossWorkspaces`: in a system transaction; others in one of a workspace. */
import { type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db, rowsOf } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import type { CoverageCount } from '../retention/keeping-contract.ts';
import { coverage } from '../table.ts';

export type TraceCount = { readonly workspaceId: string; readonly traceId: string; readonly requests: number };
/** Traces with fewer entries than requests, and how many are lacking. */
export async function lackingAcrossWorkspaces(traces: readonly TraceCount[], since: Date): Promise<Map<string, number>> {
  if (traces.length === 0) return new Map();
  const rows = await rowsOf<{ trace: string; lacking: number }>(
    'select trace, lacking from audit_logs.traces_without_entry($1::uuid[], $2::text[], $3::integer[], $4::timestamptz)',
    [traces.map(({ workspaceId }) => workspaceId), traces.map(({ traceId }) => traceId), traces.map(({ requests }) => requests), since],
  );
  return new Map(rows.map(({ trace, lacking }) => [trace, lacking]));
}

/** Records that wait for their place, and for how long the oldest does (ms). */
export async function backlogAcrossWorkspaces(): Promise<{ waiting: number; oldestMs: number }> {
  const [row] = await rowsOf<{ waiting: string; oldest_ms: number | null }>('select waiting, oldest_ms from audit_logs.backlog()');
  return { waiting: Number(row?.waiting ?? 0), oldestMs: Math.max(0, row?.oldest_ms ?? 0) };
}

export async function bytesOnDiskAcrossWorkspaces(): Promise<number> {
  const [row] = await rowsOf<{ bytes: string }>('select audit_logs.bytes_on_disk() as bytes');
  return Number(row?.bytes ?? 0);
}

/** Migrations that were applied since this was last asked. */
export async function noteMigrations(): Promise<string[]> {
  const rows = await rowsOf<{ migration: string }>('select migration from audit_logs.note_migrations()');
  return rows.map(({ migration }) => migration);
}

export async function insertCount({ process, cameIn, decided, logged, missing }: Omit<CoverageCount, 'at'>): Promise<string> {
  const [row] = await db()
    .insert(coverage)
    .values({ process, cameIn, decided, logged, missing: [...missing] })
    .returning({ id: coverage.id });
  return row?.id ?? '';
}

export async function pruneCoverage(): Promise<void> {
  await rowsOf('select audit_logs.prune_coverage()');
}

const newestFirst = keyset({ id: coverage.id, sort: [{ by: coverage.at, direction: 'desc' }] });
export function listCounts(differing: boolean | undefined, paging: Paging): Promise<Page<CoverageCount>> {
  // What came in and is not decided yet is on its way: only entries that are lacking are a difference.
  const differs = sql`(cardinality(${coverage.missing}) > 0 or ${coverage.logged} < ${coverage.decided})`;
  const where: SQL | undefined = differing === undefined ? undefined : differing ? differs : sql`not ${differs}`;
  const fields = {
    at: coverage.at,
    process: coverage.process,
    cameIn: coverage.cameIn,
    decided: coverage.decided,
    logged: coverage.logged,
    missing: coverage.missing,
  };
  return newestFirst.page({ fields, from: coverage, where, paging }, ({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}
