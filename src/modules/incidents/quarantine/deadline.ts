/** The deadline of a quarantine: what did not confirm by now is named, and somebody is called. */
import { callSomebody } from '../escalation/call-somebody.ts';
import type { Taken } from '../timers/timer-store.ts';
import { moveQuarantine, settleQuarantine } from './quarantine.ts';
import { lockQuarantine, pointsOf } from './quarantine-store.ts';

export async function quarantineDeadline({ subjectId }: Taken): Promise<void> {
  const row = await lockQuarantine(subjectId);
  if (row?.state !== 'executing') return;
  const points = await pointsOf([row.id]);
  const laggards = points.filter(({ state }) => state === 'pending' || state === 'failed').map(({ title }) => title);
  if (laggards.length === 0) {
    await settleQuarantine(row);
    return;
  }
  const says = `${row.assetName} is quarantined in part: ${laggards.join(', ')} did not confirm in time.`;
  const next = await moveQuarantine(row, { to: 'partial', says });
  await callSomebody({
    event: 'quarantine.partial',
    severity: next.severity,
    title: `Quarantine of ${next.assetName} is incomplete`,
    text: says,
    incidentId: next.incidentId,
    link: next.incidentId === null ? '/incidents/quarantine' : `/incidents/${next.incidentId}`,
    orderingKey: next.id,
  });
}
