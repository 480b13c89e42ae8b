/** A person tries a destination. */
import { randomUUID } from 'node:crypto';
import { type News, plainLine, productLink } from '../deliveries/message.ts';

export function testNews(destinationName: string): News {
  const eventId = randomUUID();
  return {
    eventId,
    event: 'test',
    severity: 'informational',
    title: 'Test message',
    message: {
      what: 'A person tries whether messages arrive here. Nothing happened.',
      where: `Destination ${plainLine(destinationName, 100)}`,
      howBad: 'Informational',
      done: 'Nothing is to be done.',
      link: productLink('/notifications'),
      action: 'trigger',
      subject: `test:${eventId}`,
    },
    orderingKey: `test:${eventId}`,
    incidentId: null,
    alertId: null,
    assetId: null,
    fingerprint: null,
    techniques: [],
    urgent: true,
  };
}
