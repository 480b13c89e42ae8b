/** One message to one destination: opens the address, speaks the channel, writes down what came of it. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { namedHosts } from '../../../platform/http/outside-hosts.ts';
import { channelOf } from '../channels/all.ts';
import type { OpenAddress, Outcome, Surroundings } from '../channels/channel.ts';
import { mailPools } from '../channels/email.ts';
import { Address, type Channel } from '../destinations/address-shape.ts';
import { openDestination } from '../destinations/destination-store.ts';
import type { Claim, Expired } from './claim-store.ts';
import { deliveryDead } from './delivery-contract.ts';
import { backoffMs, failed } from './outcome.ts';
import { redacted } from './redact.ts';
import { type After, settle, switchOff } from './settle-store.ts';
import { tellElsewhere } from './tell-elsewhere.ts';

export type Recipient = { readonly destinationId: string; readonly name: string; readonly channel: Channel };
export type Opened = Recipient & {
  readonly address: OpenAddress | null;
  readonly secrets: readonly string[];
  readonly problem: string | null;
};

/** As the settings say. `close` the pools when the process ends. */
export function presentSurroundings(): Surroundings {
  const { PAGERDUTY_URL, TWILIO_URL, PUBLIC_URL } = config();
  return {
    hosts: namedHosts(),
    pagerdutyUrl: PAGERDUTY_URL ?? null,
    twilioUrl: TWILIO_URL ?? null,
    callbackBase: PUBLIC_URL?.startsWith('https:') === true ? PUBLIC_URL : null,
    mailPools: mailPools(),
  };
}

/** Joins the ambient transaction. A secret that cannot be opened is a reason, not an end of the loop. */
export async function openAddress(recipient: Recipient, settings: unknown, rotatingUntil: Date | null, now = new Date()): Promise<Opened> {
  try {
    const { previousSecret, ...sealed } = await openDestination(recipient.destinationId);
    const address = Address.parse({ channel: recipient.channel, ...(settings as object), ...sealed });
    const isRotating = previousSecret !== undefined && rotatingUntil !== null && rotatingUntil > now;
    const secrets = [...Object.values(sealed), ...(previousSecret === undefined ? [] : [previousSecret])];
    return { ...recipient, address: isRotating ? { ...address, previousSecret } : address, secrets, problem: null };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { ...recipient, address: null, secrets: [], problem: error.message };
  }
}

/** Speaks the channel. Never throws: a defect of ours is tried again, and says so. */
export async function attemptDelivery(claim: Claim, { address, channel, problem }: Opened, around: Surroundings): Promise<Outcome> {
  if (address === null) return failed('retry', problem ?? 'The address cannot be opened.');
  try {
    return await channelOf(channel).send(claim, address, around);
  } catch (error) {
    return failed('retry', `The message could not be made: ${error instanceof Error ? error.name : 'unknown'}.`);
  }
}

/** How long until the next try; null ends it. A test is tried once. */
export function waitAfter({ attempt, event }: Pick<Claim, 'attempt' | 'event'>, { outcome, retryAfterMs }: Outcome): number | null {
  if (outcome !== 'retry' || event === 'test') return null;
  return Math.max(backoffMs(attempt), retryAfterMs ?? 0);
}

/** An attempt that ended. `begunAt`: on the clock of `performance`. */
export type Ended = { readonly claim: Claim; readonly opened: Opened; readonly outcome: Outcome; readonly begunAt: number };

/**
 * In a transaction of its own: ledger, outbox, breaker, and for a dead letter its audit record, its event and word elsewhere.
 * @param ended of one destination, in the order in which they ended, each message once
 * @returns whether nothing more may go there now
 */
export async function keepOutcomes(destinationId: string, ended: readonly Ended[], context: Context): Promise<boolean> {
  return await transaction(context, async () => {
    const { afters, isPaused } = await settle(
      destinationId,
      ended.map(({ claim, opened, outcome, begunAt }) => ({
        outboxId: claim.id,
        attempt: claim.attempt,
        outcome,
        answer: redacted(outcome.answer, opened.secrets),
        waitMs: waitAfter(claim, outcome),
        sinceMs: performance.now() - begunAt,
      })),
    );
    for (const [at, { claim, opened, outcome }] of ended.entries()) {
      const after: After | undefined = afters[at];
      if (outcome.outcome === 'disable') await disable(opened, outcome.reason);
      if (after?.state === 'dead') await buryLetter(claim, opened, after.reason);
    }
    return isPaused || ended.some(({ outcome }) => outcome.outcome === 'disable');
  });
}

async function disable(opened: Recipient, reason: string): Promise<void> {
  const lost = await switchOff(opened.destinationId, reason);
  await audit.record({
    action: 'notifications.switch-off',
    resource: { type: 'notifications', id: opened.destinationId },
    outcome: 'done',
    change: { before: { enabled: true }, after: { enabled: false, reason, queuedMessagesDead: lost } },
  });
}

/** Dead for good: recorded, told, and told through another destination. A message that says so is only recorded, a test not even that. */
export async function buryLetter({ id, severity, title, event }: Expired, recipient: Recipient, reason: string): Promise<void> {
  if (event === 'test') return;
  const { destinationId, name: destinationName, channel } = recipient;
  await audit.record({
    action: 'notifications.dead-letter',
    resource: { type: 'notifications', id },
    outcome: 'failed',
    reason: 'notifications.deadLetter',
    change: { after: { destinationId, channel, event, severity, reason } },
  });
  if (event === 'delivery.dead') return;
  await publish(deliveryDead, { destinationId, destinationName, channel, outboxId: id, severity, title, reason });
  await tellElsewhere({ id, severity, title, event }, recipient, reason);
}
