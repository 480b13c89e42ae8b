/** What incidents hear: alerts that may be a matter, attacks that must be answered, acts that moved. */
import { on } from '../../platform/events/subscribe.ts';
import { blockChanged, detectionMade } from '../adversarial-detection/contract.ts';
import { alertChanged, alertRaised } from '../security-alerts/contract.ts';
import { lockAct } from './acts/act-store.ts';
import { followBlock } from './acts/lifted-block.ts';
import { considerAlert } from './cases/alert-rules.ts';
import { containWhenHeld } from './cases/incident.ts';
import { adoptStray } from './cases/open-incident.ts';
import { actChanged } from './contract.ts';
import { pokeRun } from './playbooks/run-playbook.ts';
import { respond } from './respond.ts';

export const subscriptions = [
  // Of its own: an alert that takes long to judge must not keep an attack from being answered.
  on(detectionMade, 'incidents.response', (news) => respond(news)),
  on(alertRaised, 'incidents', ({ alertId }) => considerAlert(alertId)),
  on(alertChanged, 'incidents', async ({ alertId, repeated }) => {
    if (repeated === true) await considerAlert(alertId);
  }),
  on(blockChanged, 'incidents', (news) => followBlock(news)),
  on(actChanged, 'incidents', async ({ actId, state, incidentId, detectionId }) => {
    if (incidentId === null && detectionId !== null) await adoptStray(detectionId);
    if (incidentId !== null && state === 'in_force') await containWhenHeld(incidentId);
    const act = await lockAct(actId);
    if (act !== null && act.runId !== null && act.step !== null) await pokeRun(act.runId, act.step);
  }),
];
