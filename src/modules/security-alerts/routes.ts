/** The product door of security alerts. */
import type { ParsedInputOf } from '../../contract/endpoint.ts';
import { isProblem, type Problem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { getAsset } from '../ai-assets/contract.ts';
import { getVulnerability } from '../vulnerabilities/contract.ts';
import { changeAlert, changeOf, linkToIncident, raise, toAlert } from './alert.ts';
import * as contract from './contract.ts';
import { countNear, findRow, listRows, lockOfIncident, readRecent, readStatistics } from './store.ts';

const { alertProblems: problems } = contract;

async function foundOr<T>(work: Promise<T>, problem: () => Problem): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isProblem(error) && error.status === 404) throw problem();
    throw error;
  }
}

export const routes: readonly Route[] = [
  handle(contract.listAlerts, async ({ cursor, limit, page, per_page, ...filter }) => {
    const answer = await listRows(filter, { cursor, limit, page, per_page });
    return { ...answer, items: answer.items.map(toAlert) };
  }),
  handle(contract.listRecentAlerts, async ({ limit }) => {
    const { rows, open, fresh } = await readRecent(limit);
    return { items: rows.map(toAlert), open, fresh };
  }),
  handle(contract.alertStatistics, ({ days }) => readStatistics(days)),
  handle(contract.getAlert, async ({ id }) => {
    const row = await findRow(id);
    if (row === null) throw problems.notFound({ id });
    return toAlert(row);
  }),
  handle(contract.raiseAlert, raiseByRequest),
  handle(contract.changeAlert, async ({ id, ...said }, context) => toAlert(await changeAlert(id, changeOf(said), context))),
  handle(contract.replaceAlert, async ({ id, ...said }, context) => toAlert(await changeAlert(id, changeOf(said), context))),
  handle(contract.acknowledgeAlert, async ({ id, version }, context) =>
    toAlert(await changeAlert(id, { version, state: 'acknowledged' }, context)),
  ),
  handle(contract.countAlertsNear, (near) => countNear(near)),
  handle(contract.linkAlerts, async ({ alertIds, incidentId, incidentNumber }) => ({
    linked: await linkToIncident(
      alertIds,
      incidentId === null || incidentNumber === null ? null : { id: incidentId, number: incidentNumber },
    ),
  })),
  handle(contract.settleAlerts, async ({ incidentId, state, cause, note }, context) => {
    const rows = await lockOfIncident(incidentId, state === 'acknowledged' ? ['new'] : ['new', 'acknowledged']);
    for (const { id } of rows) await changeAlert(id, { state, cause, ...(note === '' ? {} : { note }) }, context);
    return { settled: rows.length };
  }),
];

async function raiseByRequest(asked: ParsedInputOf<typeof contract.raiseAlert>): Promise<contract.SecurityAlert> {
  const { title, description, severity, category, source, technique, evidence, vulnerability_id, fingerprint, occurredAt } = asked;
  const assetId = asked.assetId ?? asked.asset_id;
  const asset =
    assetId === undefined ? null : await foundOr(call(getAsset, { id: assetId }), () => problems.assetNotFound({ id: assetId }));
  const behind =
    vulnerability_id === undefined
      ? null
      : await foundOr(call(getVulnerability, { id: vulnerability_id }), () => problems.vulnerabilityNotFound({ id: vulnerability_id }));
  const ofVulnerability = behind === null ? null : { id: behind.assetId, name: behind.assetName };
  const row = await raise({
    title,
    description,
    severity,
    source,
    category,
    technique,
    evidence,
    fingerprint: fingerprint ?? JSON.stringify([title, assetId ?? null, vulnerability_id ?? null, category]),
    asset: asset === null ? ofVulnerability : { id: asset.id, name: asset.name },
    vulnerability: behind === null ? null : { id: behind.id, number: behind.number },
    at: whenOf(occurredAt),
  });
  return toAlert(row);
}

/** A time in the future is a wrong clock: it would keep the window open. */
function whenOf(occurredAt: string | undefined): Date {
  const now = Date.now();
  return new Date(occurredAt === undefined ? now : Math.min(Date.parse(occurredAt), now));
}
