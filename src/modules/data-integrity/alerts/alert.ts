/** The life of alerts: opened, counted up, calmed, and ended by three good runs in a row. */
import type { Context } from '../../../contract/actor.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { type Severity, severityRank } from '../../../contract/severity.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import type { Candidate } from '../assessments/judge.ts';
import {
  type DataAlert,
  type DataAlertKind,
  type DataEnvironment,
  dataAlertChanged,
  dataAlertProblems,
  dataAlertRaised,
} from '../contract.ts';
import { type AlertDraft, type AlertRow, fingerprintOf, insertAlert, lockAlert, lockScope, toAlert, updateAlert } from './alert-store.ts';

/** Good runs in a row after which an alert ends by itself. */
export const goodRunsToResolve = 3;

export type AlertScope = {
  readonly assetId: string;
  readonly assetName: string;
  readonly monitorId: string | null;
  readonly environment: DataEnvironment;
  readonly cooldownMs: number;
  /** Open alerts at most; what is beyond is counted in one alert. */
  readonly most: number;
};
export type RunNews = {
  readonly assessmentId: string;
  readonly at: Date;
  readonly candidates: readonly Candidate[];
  /** Kinds this run could have found: only their alerts get better by not being found. */
  readonly looked: ReadonlySet<DataAlertKind>;
};

/** A monitor, or an asset looked at by hand in one environment. */
export function scopeOf({ assetId, monitorId, environment }: Pick<AlertScope, 'assetId' | 'monitorId' | 'environment'>): string {
  return monitorId ?? `asset:${assetId}:${environment}`;
}

/**
 * Takes the news of one run into the alerts of its scope. Joins the ambient transaction.
 * @returns how many alerts were opened or found again.
 */
export async function takeNews(scope: AlertScope, news: RunNews): Promise<number> {
  const standing = new Map((await lockScope(scopeOf(scope))).map((row) => [row.fingerprint.toString('hex'), row]));
  const worstFirst = [...news.candidates].sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const seen = new Set<string>();
  let open = [...standing.values()].filter(({ kind }) => kind !== 'storm').length;
  let leftOut = 0;
  for (const candidate of worstFirst) {
    const fingerprint = fingerprintOf([scopeOf(scope), candidate.kind, candidate.column, candidate.subject]);
    const key = fingerprint.toString('hex');
    const same = standing.get(key);
    if (same === undefined && open >= scope.most) leftOut += 1;
    else if (!seen.has(key)) {
      await foundAgain(same, { scope, news, candidate, fingerprint });
      if (same === undefined) open += 1;
    }
    seen.add(key);
  }
  if (leftOut > 0) seen.add(await tellStorm(standing, { scope, news, leftOut }));
  for (const [key, row] of standing) if (!seen.has(key) && wasLookedFor(row, news)) await foundGood(row, news.at);
  return seen.size - leftOut;
}

/** A storm calms in any run that looked for something and ended without one. */
function wasLookedFor({ kind }: AlertRow, { looked }: RunNews): boolean {
  return kind === 'storm' ? looked.size > 0 : looked.has(kind as DataAlertKind);
}

type Finding = { readonly scope: AlertScope; readonly news: RunNews; readonly candidate: Candidate; readonly fingerprint: Buffer };

async function foundAgain(same: AlertRow | undefined, { scope, news, candidate, fingerprint }: Finding): Promise<void> {
  const { kind, column, severity, title, detail, value, threshold } = candidate;
  const facts = { severity, title, detail, value, threshold, assessmentId: news.assessmentId, lastSeenAt: news.at, goodRuns: 0 };
  if (same === undefined) {
    const { assetId, monitorId, environment } = scope;
    const row = await insertAlert({
      ...facts,
      fingerprint,
      scope: scopeOf(scope),
      assetId,
      monitorId,
      environment,
      kind,
      column,
      firstSeenAt: news.at,
      toldAt: news.at,
    });
    return tell(row, scope);
  }
  const graver = severityRank(severity) < severityRank(same.severity as Severity);
  const reopened: Partial<AlertDraft> =
    graver && same.state === 'acknowledged' ? { state: 'open', acknowledgedBy: null, acknowledgedAt: null } : {};
  const isDue = same.toldAt === null || news.at.getTime() - same.toldAt.getTime() >= scope.cooldownMs;
  const tells = same.state !== 'muted' && (graver || (isDue && same.state === 'open'));
  const row = await updateAlert(same, { ...facts, ...reopened, count: same.count + 1, ...(tells ? { toldAt: news.at } : {}) });
  if (tells) await tell(row, scope);
  else await tellChanged(row);
}

async function tellStorm(
  standing: ReadonlyMap<string, AlertRow>,
  { scope, news, leftOut }: Omit<Finding, 'candidate' | 'fingerprint'> & { leftOut: number },
): Promise<string> {
  const fingerprint = fingerprintOf([scopeOf(scope), 'storm', null, '']);
  const key = fingerprint.toString('hex');
  const candidate: Candidate = {
    kind: 'storm',
    column: null,
    subject: '',
    severity: 'high',
    title: `${leftOut} more findings of the same run`,
    detail: `At most ${scope.most} alerts stand open at once here. The assessment lists everything that was found.`,
    value: leftOut,
    threshold: scope.most,
  };
  await foundAgain(standing.get(key), { scope, news, candidate, fingerprint });
  return key;
}

async function foundGood(row: AlertRow, at: Date): Promise<void> {
  const goodRuns = row.goodRuns + 1;
  const ended = goodRuns >= goodRunsToResolve;
  const next = await updateAlert(row, {
    goodRuns,
    ...(ended ? { state: 'resolved', resolvedAt: at, resolvedBy: null, mutedUntil: null } : {}),
  });
  if (ended) await tellChanged(next);
}

async function tell(row: AlertRow, { assetName }: AlertScope): Promise<void> {
  const { id, assetId, monitorId, kind, column, severity, title, detail, count } = toAlert(row);
  const urgent = severity === 'critical';
  await publish(dataAlertRaised, { alertId: id, assetId, assetName, monitorId, kind, column, severity, title, detail, count, urgent });
}

export async function tellChanged(row: AlertRow): Promise<void> {
  const { id, assetId, state, severity, count } = toAlert(row);
  await publish(dataAlertChanged, { alertId: id, assetId, state, severity, count });
}

export type Change = {
  readonly version?: number | undefined;
  readonly action: 'acknowledge' | 'mute' | 'reopen' | 'resolve';
  readonly until?: string | undefined;
  readonly note?: string | undefined;
};

/** @throws data-quality.alertNotFound, .alertResolved, .muteInPast, request.conflict */
export async function changeAlert(id: string, change: Change, { actor }: Context): Promise<DataAlert> {
  const row = await lockAlert(id);
  if (row === null) throw dataAlertProblems.alertNotFound({ id });
  if (change.version !== undefined && change.version !== row.version)
    throw commonProblems.conflict({ expected: change.version, actual: row.version });
  if (row.state === 'resolved') throw dataAlertProblems.alertResolved();
  const next = await updateAlert(row, { ...fieldsOf(change, actor.id), ...(change.note === undefined ? {} : { note: change.note }) });
  audit.subject({ type: 'data-quality-alert', id });
  audit.change({ before: { state: row.state }, after: { state: next.state, mutedUntil: next.mutedUntil?.toISOString() ?? null } });
  await tellChanged(next);
  return toAlert(next);
}

function fieldsOf({ action, until }: Change, by: string): Partial<AlertDraft> {
  const now = new Date();
  if (action === 'acknowledge') return { state: 'acknowledged', acknowledgedBy: by, acknowledgedAt: now, mutedUntil: null };
  if (action === 'reopen') return { state: 'open', acknowledgedBy: null, acknowledgedAt: null, mutedUntil: null };
  if (action === 'resolve') return { state: 'resolved', resolvedBy: by, resolvedAt: now, mutedUntil: null };
  const mutedUntil = until === undefined ? null : new Date(until);
  if (mutedUntil === null || mutedUntil <= now) throw dataAlertProblems.muteInPast();
  return { state: 'muted', mutedUntil };
}
