/** A message to people. When it cannot even be put into the outbox the trail says so: nobody was called. */
import { isProblem } from '../../../contract/problem.ts';
import type { Severity } from '../../../contract/severity.ts';
import { attempt } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { sendMessage } from '../../notifications/contract.ts';
import { note } from '../cases/trail.ts';

export type Message = {
  readonly event: string;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly link: string;
  readonly incidentId: string | null;
  readonly orderingKey?: string;
  /** Empty or missing: where the rules of notifications send it. */
  readonly destinationIds?: readonly string[];
  readonly eventId?: string;
};

/** Ids in the outbox; empty when no destination is there for it. Never throws a refusal: it is written into the timeline. */
export async function callSomebody(message: Message): Promise<string[]> {
  try {
    return await attempt(() => put(message));
  } catch (error) {
    if (!isProblem(error)) throw error;
    await note(message.incidentId, { kind: 'escalation', text: `"${message.title}" could not be sent: ${error.message}` });
    return [];
  }
}

/** @throws whatever the outbox refuses */
export async function put({ incidentId, destinationIds = [], orderingKey, eventId, title, text, ...message }: Message): Promise<string[]> {
  const { outboxIds } = await call(sendMessage, {
    ...message,
    title: title.slice(0, 300),
    text: text.slice(0, 4000),
    ...(incidentId === null ? {} : { incidentId }),
    ...(destinationIds.length === 0 ? {} : { destinationIds: [...destinationIds].slice(0, 20) }),
    ...(orderingKey === undefined ? {} : { orderingKey }),
    ...(eventId === undefined ? {} : { eventId }),
  });
  return outboxIds;
}
