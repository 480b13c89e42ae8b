/** An incident was opened, escalated, or moved on. */
import type { z } from 'zod';
import type { StoredEvent } from '../../../contract/event.ts';
import type { incidentChanged, incidentEscalated, incidentOpened } from '../../incidents/contract.ts';
import { fingerprintOf, type MessageAction, type News, plainLine, productLink, severityWords } from '../deliveries/message.ts';

type Opened = z.output<typeof incidentOpened.payload>;
type Changed = z.output<typeof incidentChanged.payload>;
type Escalated = z.output<typeof incidentEscalated.payload>;

/** What all three have in common; the ordering key keeps messages of one incident in order. */
function newsOf(
  { incidentId, number, severity, title, assetId, assetName, category }: Opened,
  { id }: Pick<StoredEvent, 'id'>,
  own: { event: string; head: string; done: string; action: MessageAction; urgent: boolean; repeatOf: string },
): News {
  const name = `Incident ${number}`;
  return {
    eventId: id,
    event: own.event,
    severity,
    title: plainLine(`${name} ${own.head}: ${title}`),
    message: {
      what: plainLine(`${name}: ${title}`),
      where: assetName === null ? 'No asset was named.' : plainLine(assetName, 200),
      howBad: `${severityWords[severity]}, ${plainLine(category, 80)}`,
      done: plainLine(own.done, 500),
      link: productLink(`/incidents/${incidentId}`),
      action: own.action,
      subject: `incident:${incidentId}`,
    },
    orderingKey: incidentId,
    incidentId,
    alertId: null,
    assetId,
    fingerprint: fingerprintOf([own.event, incidentId, own.repeatOf]),
    techniques: [],
    urgent: own.urgent,
  };
}

export function openedNews(facts: Opened, event: Pick<StoredEvent, 'id'>): News {
  const done = 'Opened. Nobody has taken it on yet.';
  return newsOf(facts, event, {
    event: 'incident.opened',
    head: 'opened',
    done,
    action: 'trigger',
    urgent: false,
    repeatOf: String(facts.version),
  });
}

export function escalatedNews(facts: Escalated, event: Pick<StoredEvent, 'id'>): News {
  const { level, round, onCall } = facts;
  const people = onCall.length === 0 ? 'Nobody is on call at this level.' : `On call: ${onCall.join(', ')}.`;
  return newsOf(facts, event, {
    event: 'incident.escalated',
    head: `escalated to level ${level}`,
    done: `Nobody acknowledged it in time. ${people}`,
    action: 'trigger',
    urgent: true,
    repeatOf: `${level}/${round}`,
  });
}

const words: Readonly<Record<Changed['state'], string>> = {
  open: 'is open',
  investigating: 'is being investigated',
  contained: 'is contained',
  resolved: 'is resolved',
  closed: 'is closed',
  false_positive: 'was a false alarm',
};
const actions: Readonly<Record<Changed['state'], MessageAction>> = {
  open: 'trigger',
  investigating: 'acknowledge',
  contained: 'acknowledge',
  resolved: 'resolve',
  closed: 'resolve',
  false_positive: 'resolve',
};

export function changedNews(facts: Changed, event: Pick<StoredEvent, 'id'>): News {
  const { state, byName } = facts;
  return newsOf(facts, event, {
    event: 'incident.changed',
    head: words[state],
    done: `It ${words[state]}${byName === null ? '' : `, by ${byName}`}.`,
    action: actions[state],
    urgent: false,
    repeatOf: state,
  });
}
