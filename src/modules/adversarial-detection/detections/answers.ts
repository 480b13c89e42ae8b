/** A detection says what was done about it: the acts of incidents are heard and kept with it. */
import type { z } from 'zod';
import { publish } from '../../../platform/events/publish.ts';
import { on } from '../../../platform/events/subscribe.ts';
import { call } from '../../../platform/http/call.ts';
import { type Act, actChanged, listActs } from '../../incidents/contract.ts';
import { detectionAnswered } from '../contract.ts';
import { type Answer, keepAnswer } from './answer-store.ts';

type Moved = z.output<typeof actChanged.payload>;

/** Blocks are asked for and in force within one transaction: only where that ends is worth a word. Pure. */
function isWorthAWord({ action, state }: Pick<Moved, 'action' | 'state'>): boolean {
  return !action.startsWith('block-') || (state !== 'planned' && state !== 'executing');
}

async function hear({ actId: id, action, state, dueAt, inForceAt, blockId, detectionId, incidentId }: Moved): Promise<void> {
  if (dueAt === undefined || !isWorthAWord({ action, state })) return;
  const of = detectionId !== null ? { detectionId } : incidentId !== null ? { incidentId } : null;
  if (of === null) return;
  const changed = await keepAnswer(of, { id, action, state, dueAt, inForceAt: inForceAt ?? null, blockId: blockId ?? null });
  if (changed > 0) await publish(detectionAnswered, { detectionId, incidentId });
}

/** What was done about the incident before this detection became part of it. */
export async function catchUp(detectionId: string, incidentId: string): Promise<void> {
  const { items } = await call(listActs, { incident_id: incidentId, without_detection: 'true', limit: 100 });
  let changed = 0;
  for (const act of items.toReversed()) if (isWorthAWord(act)) changed += await keepAnswer({ detectionId }, toAnswer(act));
  if (changed > 0) await publish(detectionAnswered, { detectionId, incidentId });
}

function toAnswer({ id, action, state, dueAt, inForceAt, outcome }: Act): Answer {
  const blockId = outcome['blockId'];
  return { id, action, state, dueAt, inForceAt, blockId: typeof blockId === 'string' ? blockId : null };
}

/** Of the consumer that links detections to their incidents, so that both are heard in order. */
export const answerSubscriptions = [on(actChanged, 'adversarial-detection', hear)];
