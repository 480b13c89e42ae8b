/** Closing a round: the scanner door judges, then verdicts, aggregate and news are one transaction. */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../contract/actor.ts';
import type { InputOf, OutputOf } from '../../contract/endpoint.ts';
import { commonProblems } from '../../contract/problem.ts';
import { audit } from '../../platform/audit.ts';
import { transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { call } from '../../platform/http/call.ts';
import { type closeRound as closeEndpoint, federatedProblems, judgeUpdates, roundChanged, roundJudged } from './contract.ts';
import { changeRound, findRound, lockRound, pastOf, previousAggregate, updatesOf, writeVerdicts } from './store.ts';
import type { RoundRow, UpdateRow } from './table.ts';
import { removeUpdateFile } from './update-files.ts';

type Change = Omit<InputOf<typeof closeEndpoint>, 'id'>;
type Judged = OutputOf<typeof judgeUpdates>;
/** Clients named in the news; the round holds all of them. */
const mostNamed = 1000;

/** @throws federated-learning.notFound, .closed, .noUpdates, and what the rule refuses (422). */
export async function closeRound(id: string, change: Change, context: Context): Promise<OutputOf<typeof closeEndpoint>> {
  const aggregateFileId = randomUUID();
  const { round, updates, question } = await transaction(context, () => prepare(id, change), { readOnly: true });
  try {
    const judged = await call(judgeUpdates, { ...question, aggregateFileId });
    return await transaction(context, () => keep(round, updates, { judged, aggregateFileId, settings: settingsOf(round, change) }));
  } catch (error) {
    await removeUpdateFile({ workspaceId: context.actor.workspaceId, fileId: aggregateFileId });
    throw error;
  }
}

function settingsOf(round: RoundRow, change: Change) {
  return {
    rule: change.rule ?? round.rule,
    assumedMalicious: change.assumedMalicious ?? round.assumedMalicious,
    beta: change.beta ?? round.beta ?? undefined,
    clipNorm: change.clipNorm ?? round.clipNorm ?? undefined,
    keep: change.keep ?? round.keep ?? undefined,
  };
}
type Settings = ReturnType<typeof settingsOf>;

async function prepare(id: string, change: Change) {
  const round = await findRound(id);
  if (round === null) throw federatedProblems.notFound({ id });
  if (round.state === 'closed') throw federatedProblems.closed({ state: round.state });
  const updates = await updatesOf(id);
  if (updates.length === 0) throw federatedProblems.noUpdates({ reason: 'no client sent one' });
  const past = await pastOf(round.modelId, round.round);
  const question = {
    ...settingsOf(round, change),
    updates: updates.map(({ id: fileId, clientId }) => ({ clientId, fileId, past: [...(past.get(clientId) ?? [])] })),
    rootFileId: round.rootFileId,
    previousFileId: await previousAggregate(round.modelId, round.round),
  };
  return { round, updates, question };
}

type Outcome = { readonly judged: Judged; readonly aggregateFileId: string; readonly settings: Settings };

async function keep(seen: RoundRow, updates: readonly UpdateRow[], outcome: Outcome): Promise<OutputOf<typeof closeEndpoint>> {
  const { verdicts, ...judged } = outcome.judged;
  const round = await lockRound(seen.id);
  // An update or a root update that came meanwhile was not judged.
  if (round === null || round.version !== seen.version)
    throw commonProblems.conflict({ expected: seen.version, actual: round?.version ?? 'gone' });
  const state = judged.aggregate === null ? 'undecided' : 'closed';
  const countOf = (word: string): number => verdicts.filter(({ verdict }) => verdict === word).length;
  await writeVerdicts(round.id, verdicts);
  const { beta, clipNorm, keep: kept, ...named } = outcome.settings;
  await changeRound(round.id, {
    ...judged,
    ...named,
    beta: beta ?? null,
    clipNorm: clipNorm ?? null,
    keep: kept ?? null,
    state,
    excluded: countOf('excluded'),
    suspects: countOf('suspect'),
    aggregateFileId: judged.aggregate === null ? null : outcome.aggregateFileId,
    closedAt: new Date(),
  });
  audit.subject({ type: 'federated-round', id: round.id });
  audit.change({
    before: { state: round.state, decision: round.decision, rule: round.rule, assumedMalicious: round.assumedMalicious },
    after: { state, decision: judged.decision, ...named, excluded: countOf('excluded'), aggregateSha256: judged.aggregate?.sha256 ?? null },
  });
  await tell(round, updates, outcome);
  await publish(roundChanged, { roundId: round.id, state, updates: round.updates });
  return { ...outcome.judged, rule: outcome.settings.rule, roundId: round.id, state };
}

async function tell(round: RoundRow, updates: readonly UpdateRow[], { judged, settings }: Outcome): Promise<void> {
  const sent = new Map(updates.map((update) => [update.clientId, update]));
  const excluded = judged.verdicts.flatMap(({ clientId, verdict, reasons }) => {
    const update = sent.get(clientId);
    return verdict === 'excluded' && update !== undefined ? [{ clientId, updateId: update.id, sha256: update.sha256, reasons }] : [];
  });
  await publish(roundJudged, {
    roundId: round.id,
    modelId: round.modelId,
    assetId: round.assetId,
    round: round.round,
    decision: judged.decision,
    severity: judged.severity,
    reason: judged.reason,
    updates: updates.length,
    rule: settings.rule,
    checks: judged.checks,
    groups: judged.groups.slice(0, mostNamed),
    excluded: excluded.slice(0, mostNamed),
  });
}
