/** A test message: sent now, once, kept in the ledger, and explained. */
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { channelOf } from '../channels/all.ts';
import type { AnyChannel, Outcome, Surroundings } from '../channels/channel.ts';
import { type Claim, claimOne } from '../deliveries/claim-store.ts';
import { attemptDelivery, keepOutcomes, type Opened, openAddress, presentSurroundings } from '../deliveries/deliver.ts';
import { insertQueued } from '../deliveries/outbox-store.ts';
import { redacted } from '../deliveries/redact.ts';
import { testNews } from '../templates/test.ts';
import { type DestinationTest, destinationProblems as problems } from './destination-contract.ts';
import { lockDestination } from './destination-store.ts';

/** The receiver may take long: no transaction waits for it. @throws notifications.destinationNotFound, .destinationOff */
export async function tryDestination(id: string, context: Context, around: Surroundings = presentSurroundings()): Promise<DestinationTest> {
  const { claim, opened } = await transaction(context, () => begin(id));
  const startedAt = performance.now();
  try {
    const outcome = await attemptDelivery(claim, opened, around);
    await keepOutcomes(id, [{ claim, opened, outcome, begunAt: startedAt }], context);
    audit.subject({ type: 'notifications-destination', id });
    audit.change({ after: { outcome: outcome.outcome, httpStatus: outcome.httpStatus, deliveryId: claim.id } });
    const worked = outcome.outcome === 'sent' || outcome.outcome === 'acknowledged';
    return {
      works: worked,
      outcome: outcome.outcome === 'disable' ? 'dead' : outcome.outcome,
      httpStatus: outcome.httpStatus,
      answer: redacted(outcome.answer, opened.secrets),
      explanation: explain(channelOf(opened.channel), outcome),
      deliveryId: claim.id,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    around.mailPools.close();
  }
}

async function begin(id: string): Promise<{ claim: Claim; opened: Opened }> {
  const row = await lockDestination(id);
  if (row === null) throw problems.destinationNotFound({ id });
  if (!row.enabled) throw problems.destinationOff({ name: row.name });
  const outboxId = await insertQueued({ destinationId: id, news: testNews(row.name), urgent: true, held: null, dueAt: null });
  const claim = await claimOne(outboxId);
  if (claim === null) throw problems.destinationNotFound({ id });
  return { claim, opened: await openAddress({ destinationId: id, name: row.name, channel: row.channel }, row.settings, row.rotatingUntil) };
}

function explain(channel: AnyChannel, outcome: Outcome): string {
  if (outcome.outcome === 'acknowledged') return 'The receiver has it.';
  if (outcome.outcome === 'sent') return `${channel.title} took it on. Whether a person sees it is not said by this protocol: look there.`;
  const more = channel.explain(outcome);
  return more === null ? outcome.reason : `${outcome.reason} ${more}`;
}
