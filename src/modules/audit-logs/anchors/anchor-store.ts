/** What was put into the second places, and what they refused. Named `…AcrossWorkspaces`: in a system transaction; others in one of a workspace. */
import { rowsOf } from '../../../platform/database/database.ts';

export type Due = {
  readonly workspace: string;
  readonly size: number;
  readonly note: string;
  /** Until the place is asked again; 0 or less: now. */
  readonly waitMs: number;
  /** Since anything of any log was put there; null: never. */
  readonly lastMs: number | null;
};
/** Newest checkpoints that a place does not have. */
export async function readDueAcrossWorkspaces(place: string): Promise<Due[]> {
  const rows = await rowsOf<{ workspace_id: string; size: string; note: string; wait_ms: number; last_ms: number | null }>(
    'select workspace_id, size, note, wait_ms, last_ms from audit_logs.not_anchored($1)',
    [place],
  );
  return rows.map(({ workspace_id, size, note, wait_ms, last_ms }) => ({
    workspace: workspace_id,
    size: Number(size),
    note,
    waitMs: wait_ms,
    lastMs: last_ms,
  }));
}

/** The largest size of each log that is known to lie in a place, by workspace. */
export async function readAnchoredAcrossWorkspaces(place: string): Promise<ReadonlyMap<string, number>> {
  const rows = await rowsOf<{ workspace_id: string; size: string }>('select workspace_id, size from audit_logs.anchored_to($1)', [place]);
  return new Map(rows.map(({ workspace_id, size }) => [workspace_id, Number(size)]));
}

export async function noteAnchorAcrossWorkspaces(workspace: string, size: number, place: string): Promise<void> {
  await rowsOf('select audit_logs.note_anchor($1, $2, $3)', [workspace, size, place]);
}

export type Refusal = { readonly workspace: string; readonly place: string; readonly code: string; readonly problem: string };
export type Waiting = { readonly firstMs: number; readonly longestMs: number };
/** @returns how often in a row */
export async function noteFailureAcrossWorkspaces(
  { workspace, place, code, problem }: Refusal,
  { firstMs, longestMs }: Waiting,
): Promise<number> {
  const rows = await rowsOf<{ failures: number }>('select audit_logs.note_anchor_failure($1, $2, $3, $4, $5, $6) as failures', [
    workspace,
    place,
    code.slice(0, 100),
    problem.slice(0, 1000),
    firstMs,
    longestMs,
  ]);
  return rows[0]?.failures ?? 1;
}

/** @returns false while another process has it */
export async function takeTurnAcrossWorkspaces(place: string, leaseMs: number): Promise<boolean> {
  const rows = await rowsOf<{ mine: boolean }>('select audit_logs.take_turn($1, $2) as mine', [place, leaseMs]);
  return rows[0]?.mine === true;
}
export async function endTurnAcrossWorkspaces(place: string): Promise<void> {
  await rowsOf('select audit_logs.end_turn($1)', [place]);
}

export type Standing = {
  readonly anchored: { readonly size: number; readonly at: Date } | null;
  readonly failing: {
    readonly since: Date;
    readonly failures: number;
    readonly retryAt: Date;
    readonly code: string;
    readonly problem: string;
  } | null;
};
/** Of the running workspace, for each of these places. */
export async function readStandings(places: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  const rows = await rowsOf<{
    place: string;
    size: string | null;
    at: Date | null;
    since: Date | null;
    failures: number | null;
    retry_at: Date | null;
    code: string | null;
    problem: string | null;
  }>(
    `select p.place, a.size, a.at, f.since, f.failures, f.retry_at, f.code, f.problem
     from unnest($1::text[]) as p (place)
     left join lateral (select a.size, a.at from audit_logs.anchor a where a.place = p.place order by a.size desc limit 1) a on true
     left join audit_logs.anchor_failure f on f.place = p.place`,
    [places],
  );
  return new Map(
    rows.map(({ place, size, at, since, failures, retry_at: retryAt, code, problem }) => [
      place,
      {
        anchored: size === null || at === null ? null : { size: Number(size), at },
        failing:
          since === null || retryAt === null ? null : { since, failures: failures ?? 1, retryAt, code: code ?? '', problem: problem ?? '' },
      },
    ]),
  );
}
