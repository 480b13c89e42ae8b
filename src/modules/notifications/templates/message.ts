/** A message that a playbook, an escalation or a person sends. */
import { randomUUID } from 'node:crypto';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { sendMessage } from '../deliveries/delivery-contract.ts';
import { type News, plainLine, productLink, severityWords } from '../deliveries/message.ts';

/** These promise a time, so they do not wait for the bucket. */
const promised: ReadonlySet<string> = new Set(['escalate', 'escalation', 'incident.escalated']);

export function messageNews(draft: ParsedInputOf<typeof sendMessage>): News {
  const { event, severity, title, text, link, incidentId = null, alertId = null, orderingKey, eventId = randomUUID() } = draft;
  return {
    eventId,
    event,
    severity,
    title: plainLine(title),
    message: {
      what: plainLine(text === '' ? title : text, 2000),
      where: 'Named in the message.',
      howBad: severityWords[severity],
      done: 'Sent on purpose.',
      link: productLink(link ?? (incidentId === null ? '/' : `/incidents/${incidentId}`)),
      action: 'trigger',
      subject: incidentId === null ? `message:${eventId}` : `incident:${incidentId}`,
    },
    orderingKey: orderingKey ?? incidentId ?? `message:${eventId}`,
    incidentId,
    alertId,
    assetId: null,
    fingerprint: null,
    techniques: [],
    urgent: promised.has(event),
  };
}
