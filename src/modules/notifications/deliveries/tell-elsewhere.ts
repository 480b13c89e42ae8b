/** A message that could not be delivered is told through another destination, of another channel where there is one. */
import type { Channel } from '../destinations/address-shape.ts';
import { destinationsBeside, enabledDestinations } from '../destinations/destination-store.ts';
import type { Expired } from './claim-store.ts';
import { enqueue } from './enqueue.ts';
import { fingerprintOf, type News, plainLine, productLink, severityWords } from './message.ts';

/** Joins the ambient transaction. Repeats of one destination become a digest like any other. */
export async function tellElsewhere(
  letter: Expired,
  { destinationId, name, channel }: { destinationId: string; name: string; channel: Channel },
  reason: string,
): Promise<void> {
  const [other] = await enabledDestinations(await destinationsBeside(destinationId, 1));
  if (other === undefined) return;
  const place = plainLine(name, 100);
  const news: News = {
    eventId: letter.id,
    event: 'delivery.dead',
    severity: letter.severity === 'critical' ? 'critical' : 'high',
    title: plainLine(`${place} was not reached: ${letter.title}`),
    message: {
      what: plainLine(letter.title),
      where: `Destination ${place} (${channel})`,
      howBad: `${severityWords[letter.severity]} message, not delivered. ${plainLine(reason, 500)}`,
      done: 'Every attempt is in the ledger. It can be sent again from there.',
      link: productLink(`/notifications/deliveries?peek=${letter.id}`),
      action: 'trigger',
      subject: `dead:${destinationId}`,
    },
    orderingKey: `dead:${destinationId}`,
    incidentId: null,
    alertId: null,
    assetId: null,
    fingerprint: fingerprintOf(['delivery.dead', destinationId]),
    techniques: [],
    urgent: false,
  };
  await enqueue(news, [{ id: other.id, coalesceRepeats: other.coalesceRepeats, quiet: other.quiet === null ? [] : [other.quiet] }]);
}
