/** One finished scan: its findings are recorded batch by batch, then what it looked for and did not see is closed. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publishMany } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { getScan, listScanFiles, listScanFindings, type Scan, type ScanFinding } from '../../model-scanner/contract.ts';
import { assessmentRecorded } from '../contract.ts';
import { slaPolicy } from '../scores/sla.ts';
import { type Author, lockRows } from '../store.ts';
import type { VulnerabilityRow } from '../table.ts';
import { type Moment, type Plan, planVerified } from '../work/change.ts';
import { type Happened, tell } from '../work/news.ts';
import { type Planned, writePlan, writePlans } from '../work/plan-store.ts';
import { absolutePath, type Coverage, type CoveredFile, coverageOf, lookedAt } from './coverage.ts';
import { componentOf } from './finding-key.ts';
import { AssetBook, nothingRecorded, planSight, type Recorded, type Reported, reassess, record } from './record.ts';
import { lockRecording, type Missing, markGone, markVerified, type Run, readSights, readUnseen, setFindingCounts } from './record-store.ts';

const source = 'model-scanner';
const pageRows = 500;
export type ScanRecord = Recorded & { readonly gone: number; readonly resolved: number; readonly assessed: number };
export type ScanProgress = (done: number, total: number) => void;

/** Safe to run again from the start: every step is idempotent by key, run and time. Opens its own transactions. */
export async function recordScan(
  scanId: string,
  { context, progress = () => {} }: { context: Context; progress?: ScanProgress },
): Promise<ScanRecord> {
  const scan = await transaction(context, () => call(getScan, { id: scanId }), { readOnly: true });
  const run = runOf(scan);
  const author: Author = { kind: 'system', id: source, name: `Scan of ${scan.path}`.slice(0, 200) };
  const recorded = await recordFindings(scan, { run, author, context, progress });
  const coverage = await readCoverage(scan, context);
  const ended = await endUnseen(coverage, { run, author, context });
  await recordAssessments(coverage.assessed, { run, context });
  return { ...recorded, ...ended, assessed: coverage.assessed.length };
}

function runOf(scan: Scan): Run {
  const startedAt = new Date(scan.startedAt ?? scan.createdAt);
  return { runId: scan.id, source, startedAt, seenAt: new Date(scan.finishedAt ?? scan.createdAt) };
}

type Work = { readonly run: Run; readonly author: Author; readonly context: Context };

async function recordFindings(scan: Scan, { run, author, context, progress }: Work & { progress: ScanProgress }): Promise<Recorded> {
  let sum = nothingRecorded;
  let cursor: string | undefined;
  let assets = new AssetBook();
  do {
    const page = await transaction(
      context,
      () => call(listScanFindings, { id: scan.id, limit: pageRows, ...(cursor === undefined ? {} : { cursor }) }),
      { readOnly: true },
    );
    const reported = page.items.flatMap((finding) =>
      // Somebody decided to live with it for now: it raises nothing while that holds.
      finding.assetId === null || finding.suppression !== null ? [] : [reportedOf(finding, finding.assetId, scan.path)],
    );
    const batch = await transaction(context, async () => record(reported, { run, author, assets }));
    const rejected = batch.rejected + page.items.length - reported.length;
    sum = {
      read: sum.read + page.items.length,
      opened: sum.opened + batch.opened,
      reopened: sum.reopened + batch.reopened,
      changed: sum.changed + batch.changed,
      unchanged: sum.unchanged + batch.unchanged,
      rejected: sum.rejected + rejected,
    };
    progress(sum.read, Math.max(page.total, sum.read));
    cursor = page.nextCursor ?? undefined;
    // Facts are kept for some pages only: an asset may change while a large scan is recorded.
    if (sum.read % (20 * pageRows) === 0) assets = new AssetBook();
  } while (cursor !== undefined && !context.signal.aborted);
  return sum;
}

/** Text of scanned files is hostile: PostgreSQL takes neither NUL nor half surrogates. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u2400');
}

function reportedOf(finding: ScanFinding, assetId: string, root: string): Reported {
  const path = clean(absolutePath(root, finding.path));
  const inner = finding.where.containerPath.slice(1).map(clean);
  const { axis, certainty, effect } = finding;
  return {
    assetId,
    source,
    ruleId: clean(finding.ruleId),
    title: clean(finding.title),
    severity: finding.severity,
    axis,
    effect: effect ?? null,
    certainty,
    why: clean(finding.why),
    component: componentOf({ rule: clean(finding.ruleId) }),
    // Two calls in one file are two findings of one vulnerability; the fingerprint keeps them apart when bytes move.
    location: [path, ...inner, finding.fingerprint].join('!'),
    locationClass: path,
    path,
    place: clean(placeOf(finding)),
    evidence: clean(finding.evidence),
    references: finding.references.map(clean),
    remedy: clean(finding.remedy),
    mark: finding.mark,
    malicious: axis === 'effect' && certainty === 'proved' && effect !== undefined && effect !== 'none' && effect !== 'nested-load',
  };
}

/** As people read it: `a.tar.gz!m.pt!archive/data.pkl@0x1f`. */
function placeOf({ where: { containerPath, offset, line } }: ScanFinding): string {
  const path = containerPath.join('!');
  if (line !== undefined) return `${path}:${line}`;
  return offset === null ? path : `${path}@0x${offset.toString(16)}`;
}

async function readCoverage(scan: Scan, context: Context): Promise<Coverage> {
  const files: CoveredFile[] = [];
  let cursor: string | undefined;
  do {
    const page = await transaction(
      context,
      () => call(listScanFiles, { id: scan.id, limit: pageRows, ...(cursor === undefined ? {} : { cursor }) }),
      { readOnly: true },
    );
    for (const { path, verdict, unread, assetId } of page.items) files.push({ path: clean(path), verdict, unread: unread.length, assetId });
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  // A scan that does not say what it could not read is not taken for a whole one.
  return coverageOf({ root: clean(scan.path), unreadInAll: scan.unreadCount ?? Number.POSITIVE_INFINITY }, files);
}

async function endUnseen(coverage: Coverage, work: Work): Promise<{ gone: number; resolved: number }> {
  let after = '00000000-0000-0000-0000-000000000000';
  let gone = 0;
  let resolved = 0;
  for (;;) {
    const batch = await transaction(work.context, async () => {
      await lockRecording();
      const unseen = await readUnseen(work.run, coverage.root, { after, most: pageRows });
      const missing = unseen.filter(({ path }) => lookedAt(coverage, path));
      return { last: unseen.at(-1)?.id, gone: missing.length, resolved: await endMissing(missing, work) };
    });
    gone += batch.gone;
    resolved += batch.resolved;
    if (batch.last === undefined || work.context.signal.aborted) return { gone, resolved };
    after = batch.last;
  }
}

/** A vulnerability ends when none of its findings is left. */
export async function endMissing(
  missing: readonly Missing[],
  { run, author, why = 'A scan looked for it and it is not there any more.' }: Omit<Work, 'context'> & { why?: string },
): Promise<number> {
  if (missing.length === 0) return 0;
  await markGone(
    missing.map(({ id }) => id),
    run.seenAt,
  );
  const ids = [...new Set(missing.map(({ vulnerabilityId }) => vulnerabilityId))];
  await markVerified(ids, run.seenAt);
  const left = await readSights(ids);
  await setFindingCounts(new Map(ids.map((id) => [id, left.get(id)?.findings ?? 0])));
  const moment = { now: run.seenAt, policy: slaPolicy() };
  const ended: Planned[] = [];
  const milder: Happened[] = [];
  for (const row of await lockRows(ids)) {
    const sight = left.get(row.id);
    if (sight === undefined) {
      const plan = planGone(row, why, moment);
      if (plan !== null) ended.push({ row, plan });
      continue;
    }
    // Some findings are left: the worst of those speaks now.
    const plan = planSight(row, sight, moment);
    if (plan !== null) milder.push({ before: row, after: await writePlan(row, plan, { author }) });
  }
  const after = new Map((await writePlans(ended, { author })).map((row) => [row.id, row]));
  const closed = ended.map(({ row }) => ({ before: row, after: after.get(row.id) ?? row }));
  await tell([...closed, ...(await reassess(milder, run.seenAt, author))], { cause: source, causeId: run.runId });
  return closed.length;
}

function planGone(row: VulnerabilityRow, why: string, moment: Moment): Plan | null {
  if (row.status === 'resolved' && row.verification === 'verified') return null;
  return planVerified(row, why, moment);
}

async function recordAssessments(assetIds: readonly string[], { run, context }: Omit<Work, 'author'>): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(assetIds.length / 500) }, (_, at) => assetIds.slice(at * 500, at * 500 + 500));
  await transaction(context, () =>
    publishMany(
      assessmentRecorded,
      chunks.map((some) => ({ source, runId: run.runId, at: run.seenAt.toISOString(), assetIds: some })),
    ),
  );
}
