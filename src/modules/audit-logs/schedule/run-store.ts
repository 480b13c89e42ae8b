/** What the scheduled verifications last saw; of the running workspace. */
import { z } from 'zod';
import { rowsOf } from '../../../platform/database/database.ts';
import type { VerificationRun } from '../contract.ts';
import type { Sweep } from '../verifying/verification.ts';

export type RunKind = VerificationRun['kind'];

export async function readRuns(): Promise<VerificationRun[]> {
  const rows = await rowsOf<{
    kind: RunKind;
    began_at: Date;
    at: Date;
    checked_from: string;
    checked_to: string;
    defects: VerificationRun['defects'];
    defect_count: string;
  }>('select kind, began_at, at, checked_from, checked_to, defects, defect_count from audit_logs.verification_run order by kind');
  return rows.map((row) => ({
    kind: row.kind,
    beganAt: row.began_at.toISOString(),
    at: row.at.toISOString(),
    checkedFrom: Number(row.checked_from),
    checkedTo: Number(row.checked_to),
    defects: row.defects,
    defectCount: Number(row.defect_count),
  }));
}

const State = z.object({ next: z.int().min(0), prev: z.string().length(64), time: z.string(), edge: z.base64().nullable() });

/** Where the last verification ended; null: there was none, or it found something and the whole log is looked at again. */
export async function readProgress(): Promise<Pick<Sweep, 'next' | 'prev' | 'time' | 'edge'> | null> {
  const [row] = await rowsOf<{ state: unknown }>("select state from audit_logs.verification_run where kind = 'new'");
  const state = State.safeParse(row?.state);
  if (!state.success) return null;
  const { edge, ...rest } = state.data;
  return { ...rest, edge: edge === null ? null : Buffer.from(edge, 'base64') };
}

export async function saveRun(run: Omit<VerificationRun, 'at'>, after: Sweep): Promise<void> {
  const { kind, beganAt, checkedFrom, checkedTo, defects, defectCount } = run;
  const { next, prev, time, edge } = after;
  const state = defectCount > 0 ? null : JSON.stringify({ next, prev, time, edge: edge?.toString('base64') ?? null });
  await rowsOf(
    `insert into audit_logs.verification_run as r (kind, began_at, checked_from, checked_to, defects, defect_count, state)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb)
     on conflict (workspace_id, kind) do update set at = now(), began_at = excluded.began_at, checked_from = excluded.checked_from,
       checked_to = excluded.checked_to, defects = excluded.defects, defect_count = excluded.defect_count, state = excluded.state`,
    [kind, beganAt, checkedFrom, checkedTo, JSON.stringify(defects), defectCount, state],
  );
}
