/** A message to people. */
import { z } from 'zod';
import { defineAction } from '../action.ts';
import { put } from '../escalation/call-somebody.ts';

const destination = '0190a0de-0000-7000-8000-000000000003';
export default defineAction({
  id: 'notify',
  title: 'Notify',
  says: 'A message goes to the destinations named, else where the rules of notifications send it.',
  parameters: z.strictObject({
    destinationIds: z.array(z.uuid()).max(20).default([]),
    text: z.string().trim().max(3000).default(''),
  }),
  key: ({ destinationIds, text }) => JSON.stringify([destinationIds, text]).slice(0, 120),
  describe: ({ destinationIds }) =>
    destinationIds.length === 0 ? 'Notify those whom the rules name' : `Notify ${destinationIds.length} destination(s)`,
  execute: async ({ destinationIds, text }, { actId, severity, reason, incident }) => {
    const outboxIds = await put({
      event: 'incident.message',
      severity,
      title: incident === null ? reason : `INC-${incident.number} ${incident.title}`,
      text: text === '' ? reason : text,
      link: incident === null ? '/incidents' : `/incidents/${incident.id}`,
      incidentId: incident?.id ?? null,
      destinationIds,
      eventId: actId,
    });
    return { state: 'in_force', outcome: { outboxIds } };
  },
  examples: {
    fits: [{}, { destinationIds: [destination], text: 'Please look.' }],
    refused: [{ destinationIds: ['#security'] }, { to: 'me' }],
  },
});
