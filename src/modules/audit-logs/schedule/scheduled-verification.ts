/** Verifies every log by itself: each hour what is new, each week everything. What is found is a critical alert, each time it is found. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../../contract/actor.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { log } from '../../../platform/log.ts';
import { Loop } from '../../../platform/loop.ts';
import { raiseAlert } from '../../security-alerts/contract.ts';
import { anchorState } from '../anchors/anchor-state.ts';
import { readSizesAcrossWorkspaces } from '../anchors/epoch-store.ts';
import { detectRollbacks } from '../anchors/rollback.ts';
import type { Defect, VerificationRun } from '../contract.ts';
import { systemContext } from '../recording/system-context.ts';
import { freshSweep } from '../verifying/verification.ts';
import { advance, begin, type Watched } from '../verifying/verify.ts';
import { type RunKind, readProgress, readRuns, saveRun } from './run-store.ts';

const lookMs = 60_000;
const everyMs: Readonly<Record<RunKind, number>> = { new: 3_600_000, whole: 7 * 86_400_000 };
/** Work and rest in turn, so that a whole sweep takes half a core at most. */
const stretchMs = 500;
const keptDefects = 20;

export function startScheduledVerification(): Loop {
  return new Loop('audit-logs.verification', lookMs, async () => {
    await verifyDue();
    return false;
  });
}

/** Called when something was found; by default it raises an alert. */
export type Raise = (defects: readonly Defect[], run: Omit<VerificationRun, 'at'>, context: Context) => Promise<void>;

/** Verifies the logs whose time has come. @returns the runs that were made */
export async function verifyDue(raise: Raise = raiseCritical): Promise<readonly Omit<VerificationRun, 'at'>[]> {
  await detectRollbacks();
  const logs = await systemTransaction(readSizesAcrossWorkspaces, { readOnly: true });
  const runs: Omit<VerificationRun, 'at'>[] = [];
  for (const { workspace } of logs) {
    const context = systemContext(workspace, 'audit-logs');
    const kind = dueKind(await transaction(context, readRuns, { readOnly: true }), Date.now());
    if (kind !== null) runs.push(await verifyOnce(kind, context, raise));
  }
  return runs;
}

/** The whole log counts as new, too. Pure. @param now ms since 1970 */
export function dueKind(runs: readonly Pick<VerificationRun, 'kind' | 'at'>[], now: number): RunKind | null {
  const age = (kind: RunKind): number => now - Date.parse(runs.find((run) => run.kind === kind)?.at ?? '1970-01-01T00:00:00Z');
  if (age('whole') >= everyMs.whole) return 'whole';
  return Math.min(age('new'), age('whole')) >= everyMs.new ? 'new' : null;
}

export async function verifyOnce(kind: RunKind, context: Context, raise: Raise = raiseCritical): Promise<Omit<VerificationRun, 'at'>> {
  const progress = kind === 'whole' ? null : await transaction(context, readProgress, { readOnly: true });
  let watched: Watched = { ...begin(), sweep: progress === null ? freshSweep : { ...freshSweep, ...progress, goodTo: progress.next } };
  const from = watched.sweep.next;
  while (watched.finishedAt === null) {
    watched = await advance(watched, performance.now() + stretchMs, context);
    if (watched.finishedAt === null) await sleep(stretchMs);
  }
  const { defects: anchored } = await anchorState(watched.size, context, true);
  const found = [...watched.sweep.defects, ...watched.closing, ...anchored];
  const defectCount = watched.sweep.defectCount + watched.closing.length + anchored.length;
  const run = {
    kind,
    beganAt: watched.startedAt.toISOString(),
    checkedFrom: from,
    checkedTo: watched.sweep.next,
    defects: found.slice(0, keptDefects),
    defectCount,
  };
  await transaction(context, async () => {
    await saveRun(run, watched.sweep);
    // A whole one leaves where the hourly one goes on.
    if (kind === 'whole') await saveRun({ ...run, kind: 'new' }, watched.sweep);
  });
  if (defectCount > 0) await raise(found, run, context);
  return run;
}

/** There is no setting that turns it off, and each run that still finds something raises it again. */
async function raiseCritical(
  defects: readonly Defect[],
  { kind, defectCount, checkedTo }: Omit<VerificationRun, 'at'>,
  context: Context,
): Promise<void> {
  const [first] = defects;
  log('security').error(
    { code: 'audit-logs.tampered', workspace: context.actor.workspaceId, index: first?.index, kind: first?.kind },
    first?.sentence ?? 'The audit log is not what was written',
  );
  await transaction(context, () =>
    call(raiseAlert, {
      title: 'The audit log is not what was written',
      description: [
        `The ${kind === 'whole' ? 'weekly' : 'hourly'} verification of ${checkedTo} entries found ${defectCount} places that are not as they were written.`,
        ...defects.slice(0, keptDefects).map(({ sentence }) => sentence),
      ]
        .join('\n')
        .slice(0, 8000),
      severity: 'critical',
      category: 'audit-log',
      source: 'audit-logs',
      fingerprint: `audit-logs.tampered ${first?.kind} ${first?.index}`,
    }),
  );
}
