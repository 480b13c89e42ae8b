/** A ticket in somebody's own system, by a signed webhook. */
import { z } from 'zod';
import { defineAction } from '../action.ts';
import { put } from '../escalation/call-somebody.ts';

const destination = '0190a0de-0000-7000-8000-000000000003';
export default defineAction({
  id: 'open-ticket',
  title: 'Open a ticket',
  says: 'A signed webhook tells the ticket system of the incident; the key of the act lets it recognise a repetition.',
  parameters: z.strictObject({ destinationId: z.uuid(), text: z.string().trim().max(3000).default('') }),
  key: ({ destinationId }) => destinationId,
  describe: ({ destinationId }) => `Open a ticket by the destination ${destinationId}`,
  execute: async ({ destinationId, text }, { actId, severity, reason, incident }) => {
    const outboxIds = await put({
      event: 'ticket.requested',
      severity,
      title: incident === null ? reason : `INC-${incident.number} ${incident.title}`,
      text: text === '' ? reason : text,
      link: incident === null ? '/incidents' : `/incidents/${incident.id}`,
      incidentId: incident?.id ?? null,
      destinationIds: [destinationId],
      eventId: actId,
    });
    return { state: 'in_force', outcome: { outboxIds } };
  },
  examples: {
    fits: [{ destinationId: destination }, { destinationId: destination, text: 'Look at the training data.' }],
    refused: [{}, { destinationId: 'tickets' }],
  },
});
