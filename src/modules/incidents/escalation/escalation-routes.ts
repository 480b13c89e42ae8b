/** Escalation policies and on-call schedules. */
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import * as contract from '../contract.ts';
import { responseSettings } from '../response-settings.ts';
import { insertPolicy, insertSchedule, updatePolicy, updateSchedule } from './escalation-store.ts';
import {
  checkLevels,
  dropPolicy,
  dropSchedule,
  endStandIn,
  namedMembers,
  oneSchedule,
  policies,
  schedules,
  standIn,
  toPolicy,
} from './settings.ts';

const noted = <T extends object>(type: string, id: string, after: T): T => {
  audit.subject({ type, id });
  audit.change({ after });
  return after;
};
/** Who writes the same elsewhere hears of it. */
async function written<T>(what: 'policy' | 'schedule', id: string, after: T): Promise<T> {
  await publish(contract.responseSettingsChanged, { what, id });
  return after;
}

export const escalationRoutes: readonly Route[] = [
  handle(contract.listPolicies, async () => ({ items: await policies((await responseSettings()).escalateAfterMs) })),
  handle(contract.addPolicy, async (draft) => {
    await checkLevels(draft.levels);
    const row = await insertPolicy(draft);
    return written('policy', row.id, noted('escalation-policy', row.id, toPolicy(row)));
  }),
  handle(contract.replacePolicy, async ({ id, version, ...draft }) => {
    await checkLevels(draft.levels);
    return written('policy', id, noted('escalation-policy', id, toPolicy(await updatePolicy(id, draft, version))));
  }),
  handle(contract.removePolicy, async ({ id }) => written('policy', id, { removed: await dropPolicy(id) })),
  handle(contract.listSchedules, () => schedules()),
  handle(contract.addSchedule, async ({ members, ...draft }) => {
    const row = await insertSchedule({ ...draft, members: await namedMembers(members) });
    audit.subject({ type: 'on-call-schedule', id: row.id });
    return written('schedule', row.id, await oneSchedule(row.id));
  }),
  handle(contract.replaceSchedule, async ({ id, version, members, ...draft }) => {
    await updateSchedule(id, { ...draft, members: await namedMembers(members) }, version);
    return written('schedule', id, await oneSchedule(id));
  }),
  handle(contract.removeSchedule, async ({ id }) => written('schedule', id, { removed: await dropSchedule(id) })),
  handle(contract.addOverride, async (asked) => written('schedule', asked.id, await standIn(asked))),
  handle(contract.removeOverride, async ({ id, overrideId }) => written('schedule', id, await endStandIn(id, overrideId))),
];
