/** The product door of security alerts. */
import { isProblem, type Problem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { getAsset } from '../ai-assets/contract.ts';
import { getVulnerability } from '../vulnerabilities/contract.ts';
import { changeAlert, raise, toAlert } from './alert.ts';
import * as contract from './contract.ts';
import { findRow, listRows, readRecent, readStatistics } from './store.ts';

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
  handle(contract.raiseAlert, async ({ title, description, severity, asset_id, vulnerability_id, fingerprint }) => {
    const asset =
      asset_id === undefined ? null : await foundOr(call(getAsset, { id: asset_id }), () => problems.assetNotFound({ id: asset_id }));
    const behind =
      vulnerability_id === undefined
        ? null
        : await foundOr(call(getVulnerability, { id: vulnerability_id }), () => problems.vulnerabilityNotFound({ id: vulnerability_id }));
    const row = await raise({
      title,
      description,
      severity,
      source: 'person',
      fingerprint: fingerprint ?? JSON.stringify([title, asset_id ?? null, vulnerability_id ?? null]),
      asset:
        asset === null ? (behind === null ? null : { id: behind.assetId, name: behind.assetName }) : { id: asset.id, name: asset.name },
      vulnerability: behind === null ? null : { id: behind.id, number: behind.number },
      at: new Date(),
    });
    return toAlert(row);
  }),
  handle(contract.changeAlert, async ({ id, ...change }, context) => toAlert(await changeAlert(id, change, context))),
  handle(contract.replaceAlert, async ({ id, ...change }, context) => toAlert(await changeAlert(id, change, context))),
  handle(contract.acknowledgeAlert, async ({ id, version }, context) =>
    toAlert(await changeAlert(id, { version, state: 'acknowledged' }, context)),
  ),
];
