/** What the processes take from incidents besides routes and subscriptions: the loop that keeps promises with a time. */
import { actTimers, expireAct } from './acts/act.ts';
import { closeByTime } from './cases/incident.ts';
import { closeTimer } from './cases/open-incident.ts';
import { escalate, escalationTimer } from './escalation/escalation.ts';
import { shippedPlaybooks } from './playbooks/library.ts';
import { playbookTimers, takeStep } from './playbooks/run-playbook.ts';
import { quarantineDeadline } from './quarantine/deadline.ts';
import { quarantineTimers } from './quarantine/quarantine.ts';
import { releaseByTime } from './quarantine/release.ts';
import { type Firings, TimerLoop } from './timers/timers.ts';

export const firings: Firings = {
  [escalationTimer]: (timer) => escalate(timer),
  [actTimers.expiry]: (timer) => expireAct(timer),
  [quarantineTimers.deadline]: (timer) => quarantineDeadline(timer),
  [quarantineTimers.release]: (timer) => releaseByTime(timer),
  [closeTimer]: (timer) => closeByTime(timer),
  [playbookTimers.step]: (timer) => takeStep(timer),
  [playbookTimers.timeout]: (timer) => takeStep(timer),
};

/** @throws CatalogError when a shipped playbook does not hold what it says */
export function startIncidentTimers(): { stop(): Promise<void> } {
  shippedPlaybooks();
  return new TimerLoop(firings);
}
