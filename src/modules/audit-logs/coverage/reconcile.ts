/** Holds what came in against what stands in the log, each minute: a request without an entry is a finding with its trace id. */
import type { Counts } from '../../../platform/audit-coverage.ts';
import { takeCoverage } from '../../../platform/audit-coverage.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { log } from '../../../platform/log.ts';
import { Loop } from '../../../platform/loop.ts';
import { systemContext } from '../recording/system-context.ts';
import { auditGapFound } from '../retention/keeping-contract.ts';
import { homeWorkspaceAcrossWorkspaces } from '../tree/tree-store.ts';
import { backlogAcrossWorkspaces, insertCount, lackingAcrossWorkspaces, type TraceCount } from './coverage-store.ts';

export const reconcileMs = 60_000;
/** A record finds its place within a second; one that has not after so many looks is missing. */
const patience = 3;
const tracesAtOnce = 1000;
const mostNamed = 100;
/** An entry cannot be older than its request by more than clocks of one machine differ. */
const slackMs = 300_000;

type Waiting = TraceCount & { readonly since: number; readonly looks: number };

/** Runs until stopped; at the end it looks once more, so that the last minute is counted too. */
export function startReconciling(): { stop(): Promise<void> } {
  const reconciler = new Reconciler();
  const loop = new Loop('audit-logs.coverage', reconcileMs, async () => {
    await reconciler.look(takeCoverage());
    return false;
  });
  return { stop: () => loop.stop() };
}

/** Keeps what was not found yet from one look to the next. */
export class Reconciler {
  #waiting: readonly Waiting[] = [];

  /** @returns trace ids without an entry, which are reported. */
  async look({ cameIn, decided, notFollowed }: Counts): Promise<readonly string[]> {
    const all: Waiting[] = [...this.#waiting, ...decided.map((one) => ({ ...one, looks: 0 }))];
    const lacking = await lackingOf(all);
    const { waiting } = lacking.size === 0 ? { waiting: 0 } : await systemTransaction(backlogAcrossWorkspaces, { readOnly: true });
    const open = all.filter(({ traceId }) => lacking.has(traceId));
    // While records wait for their place their entries cannot be there: only looks at an empty queue count.
    const counted = open.map((one) => ({ ...one, looks: waiting > 0 ? one.looks : one.looks + 1 }));
    const missing = counted.filter(({ looks }) => looks >= patience);
    this.#waiting = counted.filter(({ looks }) => looks < patience);
    const requests = decided.reduce((sum, one) => sum + one.requests, 0) + notFollowed;
    const lost = missing.reduce((sum, { traceId }) => sum + (lacking.get(traceId) ?? 0), 0);
    if (cameIn + requests + lost > 0)
      await report({ cameIn, decided: requests, lost, missing: missing.map(({ traceId }) => traceId), notFollowed });
    return missing.map(({ traceId }) => traceId);
  }
}

async function lackingOf(traces: readonly Waiting[]): Promise<Map<string, number>> {
  const lacking = new Map<string, number>();
  for (let from = 0; from < traces.length; from += tracesAtOnce) {
    const some = traces.slice(from, from + tracesAtOnce);
    const since = new Date(Math.min(...some.map((one) => one.since)) - slackMs);
    for (const [trace, count] of await systemTransaction(() => lackingAcrossWorkspaces(some, since), { readOnly: true }))
      lacking.set(trace, count);
  }
  return lacking;
}

type Result = {
  readonly cameIn: number;
  readonly decided: number;
  readonly lost: number;
  readonly missing: readonly string[];
  readonly notFollowed: number;
};

async function report({ cameIn, decided, lost, missing, notFollowed }: Result): Promise<void> {
  const home = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  if (home === null) return;
  const process = config().PROCESS;
  const named = missing.slice(0, mostNamed);
  const count = { process, cameIn: Math.max(0, cameIn), decided, logged: Math.max(0, decided - lost - notFollowed), missing: named };
  await transaction(systemContext(home, 'audit-log'), async () => {
    const id = await insertCount(count);
    if (named.length > 0) await publish(auditGapFound, { id, process, cameIn: count.cameIn, logged: count.logged, missing: named });
  });
  if (named.length === 0) return;
  log('security').error(
    { code: 'audit-logs.gap', process, missing: named, count: missing.length },
    'Requests were answered and left no entry in the audit log',
  );
}
