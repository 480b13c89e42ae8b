/** What is told of a detection after it was made. */
import { z } from 'zod';
import { eventKind } from '../../../contract/event.ts';

/** What was done about it moved on. Without `detectionId`: of every detection of the incident. */
export const detectionAnswered = eventKind(
  'adversarial-detection.answered',
  z.object({ detectionId: z.uuid().nullable(), incidentId: z.uuid().nullable() }),
  'adversarial-detection:read',
);
