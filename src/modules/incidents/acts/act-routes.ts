/** Acts and the figures of the response. */
import { z } from 'zod';
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { actions } from '../actions.generated.ts';
import { lockedIncident } from '../cases/incident.ts';
import * as contract from '../contract.ts';
import { confirmOfAct } from '../quarantine/release.ts';
import { responseSettings } from '../response-settings.ts';
import type { ActRow } from '../table.ts';
import { approveAct, lockedAct, refuseAct, requestAct, revertAct, waiveAct } from './act.ts';
import { type Figures, listActRows, lockAct, readFigures, readIncidentFigures } from './act-store.ts';
import { toAct } from './move-act.ts';

const { actProblems: problems } = contract;
const windows = { '24h': 24, '7d': 168, '30d': 720 } as const;
const nothing: Figures = { requested: 0, inForce: 0, failed: 0, metDeadline: 0, latencyMs: null };
const Parameters = z.record(z.string(), z.json());

function shown(row: ActRow): contract.Act {
  audit.subject({ type: 'incident-act', id: row.id });
  audit.change({ after: { action: row.action, state: row.state, version: row.version } });
  return toAct(row);
}
type Decided = { id: string; actId: string; reason: string; version?: number | undefined };
const decision = ({ id, ...rest }: Decided) => ({ incidentId: id, ...rest });

export const actRoutes: readonly Route[] = [
  handle(contract.listActions, () => ({
    items: actions.map(({ id, title, says, containing, revertible, parameters }) => ({
      id,
      title,
      says,
      containing,
      revertible,
      parameters: Parameters.parse(z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' })),
    })),
  })),
  handle(contract.listActs, async ({ cursor, limit, page, per_page, ...filter }) => {
    const answer = await listActRows(filter, { cursor, limit, page, per_page });
    return { ...answer, items: answer.items.map(toAct) };
  }),
  handle(contract.requestAct, async ({ id, action, parameters, reason, needsApproval, key }) => {
    const { severity } = await lockedIncident(id);
    const { simulate, quarantineDeadlineMs, blockDeadlineMs } = await responseSettings();
    const deadlineMs = action === 'quarantine-asset' ? quarantineDeadlineMs : action.startsWith('block-') ? blockDeadlineMs : 30_000;
    const own = key === undefined ? undefined : `${id}:${key}`;
    return shown(await requestAct({ action, parameters, reason, severity, incidentId: id, needsApproval, simulate, deadlineMs, key: own }));
  }),
  handle(contract.approveAct, async (asked) => shown(await approveAct(decision(asked)))),
  handle(contract.refuseAct, async (asked) => shown(await refuseAct(decision(asked)))),
  handle(contract.revertAct, async (asked) => shown(await revertAct(decision(asked)))),
  handle(contract.waiveAct, async (asked) => shown(await waiveAct(decision(asked)))),
  handle(contract.confirmAct, async ({ id, actId, point, enforced, detail }) => {
    const row = await lockedAct({ incidentId: id, actId });
    if (row.action !== 'quarantine-asset') throw problems.pointUnknown({ point });
    await confirmOfAct(actId, { point, enforced, detail });
    return shown((await lockAct(actId)) ?? row);
  }),
  handle(contract.responseStatistics, async ({ window }) => {
    const hours = windows[window];
    const figures = await readFigures(hours);
    const of = (name: string): Figures => figures.get(name) ?? nothing;
    return {
      window,
      responses: { block: of('block'), quarantine: of('quarantine'), escalate: of('escalate') },
      ...(await readIncidentFigures(hours)),
    };
  }),
];
