/** An alert was raised, or one that stands became graver. */
import type { z } from 'zod';
import type { StoredEvent } from '../../../contract/event.ts';
import type { alertRaised } from '../../security-alerts/contract.ts';
import { fingerprintOf, type News, plainLine, productLink, severityWords } from '../deliveries/message.ts';

export type AlertFacts = z.output<typeof alertRaised.payload> & {
  /** From the alert itself; what the event did not say. */
  readonly description: string;
  readonly category: string;
  readonly techniques: readonly string[];
  readonly fingerprint: string;
};

export function alertNews(facts: AlertFacts, { id }: Pick<StoredEvent, 'id'>): News {
  const { alertId, severity, title, assetId, assetName, count, description, category, techniques, fingerprint } = facts;
  const detail = plainLine(description, 1500);
  const incidentId = facts.incidentId ?? null;
  return {
    eventId: id,
    event: 'alert.raised',
    severity,
    title: plainLine(title) || 'Alert',
    message: {
      what: detail === '' ? plainLine(title) : `${plainLine(title)}. ${detail}`,
      where: assetName === null ? 'No asset was named.' : plainLine(assetName, 200),
      howBad: `${severityWords[severity]}, ${plainLine(category, 80)}${count > 1 ? `, ${count} times` : ''}${techniques.length === 0 ? '' : `, ${plainLine(techniques.join(', '), 200)}`}`,
      done: incidentId === null ? 'Nobody has acknowledged it yet.' : 'It belongs to an incident, which says what was done.',
      link: productLink(`/security-alerts?peek=${alertId}`),
      action: 'trigger',
      subject: `alert:${fingerprint}`,
    },
    orderingKey: incidentId ?? `alert:${fingerprintOf([fingerprint]).slice(0, 40)}`,
    incidentId,
    alertId,
    assetId,
    fingerprint: fingerprintOf(['alert.raised', fingerprint]),
    techniques,
    urgent: false,
  };
}
