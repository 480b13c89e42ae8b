/** The product door of alerts about data. */
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { changeDataAlert, listAlertsOfAsset, listDataAlerts } from '../contract.ts';
import { changeAlert } from './alert.ts';
import { listAlertRows } from './alert-store.ts';

export const alertRoutes: readonly Route[] = [
  handle(listDataAlerts, ({ cursor, limit, page, per_page, ...filter }) => listAlertRows(filter, { cursor, limit, page, per_page })),
  handle(listAlertsOfAsset, async ({ assetId, cursor, limit, page, per_page, ...filter }) => {
    await call(getAsset, { id: assetId });
    return listAlertRows({ ...filter, asset_id: assetId }, { cursor, limit, page, per_page });
  }),
  handle(changeDataAlert, ({ alertId, ...change }, context) => changeAlert(alertId, change, context)),
];
