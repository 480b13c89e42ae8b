/** The next level is called now. */
import { z } from 'zod';
import { defineAction } from '../action.ts';
import { incidentProblems } from '../contract.ts';
import { escalateNow } from '../escalation/escalation.ts';
import { responseSettings } from '../response-settings.ts';

export default defineAction({
  id: 'escalate',
  title: 'Escalate now',
  says: 'Whoever is next in the escalation policy is called at once.',
  parameters: z.strictObject({ round: z.int().min(1).max(1000).default(1) }),
  key: ({ round }) => String(round),
  describe: () => 'Call the next level of the escalation policy now',
  execute: async (_parameters, { incident, reason }) => {
    if (incident === null) throw incidentProblems.notFound({ id: 'of this act' });
    const { escalateAfterMs } = await responseSettings();
    return { state: 'in_force', outcome: { level: await escalateNow(incident.id, escalateAfterMs, reason) } };
  },
  examples: { fits: [{}, { round: 2 }], refused: [{ round: 0 }, { level: 3 }] },
});
