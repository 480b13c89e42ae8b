/** The product door of schedules. */
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { listSchedules, removeSchedule, type Schedule, scheduleProblems, setSchedule, sourceLabel } from '../contract.ts';
import { settledSource } from '../scans/begin-scan.ts';
import { nextRun } from './schedule.ts';
import { deleteSchedule, findSchedule, findScheduleOf, listScheduleRows, putSchedule } from './schedule-store.ts';

async function scheduleOrRefuse(id: string): Promise<Schedule> {
  const schedule = await findSchedule(id);
  if (schedule === null) throw scheduleProblems.scheduleNotFound({ id });
  return schedule;
}

const facts = ({ target, every, weekday, time, timeZone }: Schedule) => ({ target, every, weekday, time, timeZone });

/** The place in this list is a count: there are few schedules, and they move as they run. */
function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const start = /^\d{1,6}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (Number.isNaN(start))
    throw commonProblems.invalid({ count: 1 }, { issues: [{ path: 'cursor', message: 'not a cursor of this list' }] });
  return start;
}

export const scheduleRoutes: readonly Route[] = [
  handle(listSchedules, ({ cursor, limit, per_page, target }) =>
    listScheduleRows(target, { after: startOf(cursor), limit: per_page ?? limit }),
  ),
  handle(setSchedule, async ({ source: named, assetId, ...rhythm }, { actor }) => {
    if ('upload' in named) throw scheduleProblems.scheduleOfUpload();
    const source = await settledSource(named);
    const target = sourceLabel(source);
    const before = await findScheduleOf(target);
    const id = await putSchedule({
      source,
      target,
      assetId: assetId ?? before?.assetId ?? null,
      ...rhythm,
      nextRunAt: nextRun(rhythm, new Date()),
      createdBy: actor.id,
    });
    const after = await scheduleOrRefuse(id);
    audit.subject({ type: 'scan-schedule', id });
    audit.change({ ...(before === null ? {} : { before: facts(before) }), after: facts(after) });
    return after;
  }),
  handle(removeSchedule, async ({ id }) => {
    const before = await scheduleOrRefuse(id);
    await deleteSchedule(id);
    audit.subject({ type: 'scan-schedule', id });
    audit.change({ before: facts(before) });
    return before;
  }),
];
