/** PagerDuty: Events API v2. Facts: developer.pagerduty.com, "Send an alert event". */
import type { Severity } from '../../../contract/severity.ts';
import { delivered, refusedBy } from '../deliveries/outcome.ts';
import { postJson } from './ask-receiver.ts';
import { defineChannel, type OpenAddress, type Outcome, type Parcel, people } from './channel.ts';

const regions = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' } as const;
const severityWords: Readonly<Record<Severity, 'critical' | 'error' | 'warning' | 'info'>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
  informational: 'info',
};

/** Events of one dedup key are one PagerDuty incident: sending one twice changes nothing. */
export function pagerdutyBody(parcel: Parcel, { routingKey }: Pick<OpenAddress<'pagerduty'>, 'routingKey'>): string {
  const { id, event, severity, title, message, createdAt, incidentId, alertId } = parcel;
  const key = { routing_key: routingKey, event_action: message.action, dedup_key: (incidentId ?? message.subject).slice(0, 255) };
  if (message.action !== 'trigger') return JSON.stringify(key);
  return JSON.stringify({
    ...key,
    payload: {
      summary: [...title].slice(0, 1024).join(''),
      source: message.where.slice(0, 255) || 'AI-SPM',
      severity: severityWords[severity],
      timestamp: createdAt.toISOString(),
      class: event,
      custom_details: { ...message, delivery_id: id, incident_id: incidentId, alert_id: alertId },
    },
    client: 'AI-SPM',
    client_url: message.link,
    links: [{ href: message.link, text: 'Open in AI-SPM' }],
  });
}

/** The key of a merged event is its name over there. */
function remoteIdOf(body: string): string | null {
  try {
    const answer: unknown = JSON.parse(body);
    const key: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'dedup_key') : null;
    return typeof key === 'string' ? key.slice(0, 300) : null;
  } catch {
    // Accepted by its status; what it says besides is no JSON.
    return null;
  }
}

export const pagerduty = defineChannel({
  id: 'pagerduty',
  title: 'PagerDuty',
  concurrency: 4,
  defaults: people,
  place: ({ region }) => `PagerDuty ${region.toUpperCase()}`,
  check: () => {},
  async send(parcel, address, around): Promise<Outcome> {
    const base = around.pagerdutyUrl ?? regions[address.region];
    const asked = await postJson(new URL('/v2/enqueue', base).href, pagerdutyBody(parcel, address), { around });
    if ('failure' in asked) return asked.failure;
    const { status, body } = asked.answer;
    // Taken on to be worked off: whether somebody was paged is not said.
    if (status === 202) return delivered('sent', { httpStatus: status, answer: body, remoteId: remoteIdOf(body) });
    return refusedBy(asked.answer);
  },
  explain: ({ httpStatus }) =>
    httpStatus === 400
      ? 'PagerDuty refuses the event. Most often the routing key is not the one of an "Events API v2" integration, or belongs to the other region.'
      : null,
});
