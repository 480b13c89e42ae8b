/** Rounds of federated learning in which somebody attacked become detections, and are told as those are. */
import type { z } from 'zod';
import { on } from '../../../platform/events/subscribe.ts';
import { roundJudged } from '../../federated-learning/contract.ts';
import { evaluated, type Judgement, notEvaluated } from '../screening/judgement.ts';
import { recordJudgement } from '../screening/record-judgement.ts';

type Judged = z.output<typeof roundJudged.payload>;

/** Half of the updates stand out: nobody can say who is right, but that somebody attacks is said. */
const isPossibleMajority = ({ decision, severity }: Judged): boolean => decision === 'insufficient-evidence' && severity === 'critical';

/** One detection a round, whatever the number of clients: they are its rows. null when nobody attacked. */
export function toJudgement(round: Judged): Judgement | null {
  const { excluded, groups, modelId, checks, reason } = round;
  const majority = isPossibleMajority(round);
  if (excluded.length === 0 && !majority) return null;
  const colluding = new Set(groups.flat());
  const reasons = (check: string): boolean => excluded.some((one) => one.reasons.some((known) => known.check === check));
  return {
    decision: 'threat',
    title: majority ? `Half of the updates of ${modelId} may be malicious` : `Malicious updates to ${modelId}`,
    summary: `Round ${round.round}: ${reason}${excluded.length === 0 ? '' : `: ${namesOf(excluded.map(({ clientId }) => clientId))}`}.`,
    // The level beyond which a check excludes: one harmless round in a thousand.
    pValue: excluded.length === 0 ? null : 0.001,
    families: checks.map(({ check, status, reason: why, method }) => {
      if (status === 'not-evaluated') return notEvaluated(check, check, why ?? 'unknown');
      const flaggedCount = excluded.filter((one) => one.reasons.some((known) => known.check === check)).length;
      return evaluated(check, method, { statistic: { updates: round.updates }, flaggedCount });
    }),
    flagged: excluded.map(({ clientId, updateId, sha256, reasons: why }) => ({
      id: clientId,
      families: [...new Set(why.map(({ check }) => check))],
      // Graded by thresholds that one harmless round in a thousand passes; facts (not finite, other shape) have no chance at all.
      pValue: 0.001,
      adjustedPValue: 0.001,
      evidence: { updateId, sha256, reasons: why.map(({ check, statistic, threshold, note }) => ({ check, statistic, threshold, note })) },
    })),
    missingEvidence: majority
      ? [
          {
            needed: 'a root update of the server',
            enables: 'who of the two halves attacks',
            howToSupply: 'put it to /api/federated-learning/rounds/:id/root-update and close again',
          },
        ]
      : [],
    evidence: {
      excludedClients: excluded.length,
      colludingClients: excluded.filter(({ clientId }) => colluding.has(clientId)).length,
      notFinite: reasons('finite'),
      possibleMajority: majority,
    },
    // Facts and groups speak for themselves, a single odd update is one voice.
    evidenceFamilies: new Set([
      ...excluded.flatMap((one) => one.reasons.map(({ check }) => check)),
      ...(majority || reasons('finite') ? ['fact', 'shape'] : []),
    ]).size,
  };
}

function namesOf(clients: readonly string[]): string {
  const shown = clients.slice(0, 5).map((client) => client.slice(0, 80));
  return clients.length > shown.length ? `${shown.join(', ')} and ${clients.length - shown.length} more` : shown.join(', ');
}

export const federatedSubscriptions = [
  on(roundJudged, 'adversarial-detection', async (round) => {
    const judgement = toJudgement(round);
    if (judgement === null) return;
    const [only] = round.excluded;
    const clientId = round.excluded.length === 1 && only !== undefined ? { clientId: only.clientId } : {};
    const subject = { modelId: round.modelId, queryId: `round ${round.round}`, ...clientId, assetId: round.assetId };
    await recordJudgement(judgement, {
      kind: 'federated-update',
      subject,
      asked: round,
      dryRun: false,
      source: 'stream',
      receivedAtMs: performance.now(),
    });
  }),
];
