/** The packages of a scan. */
import { handle, type Route } from '../../../platform/http/handle.ts';
import { listScanComponents, scanProblems } from '../contract.ts';
import { findScan } from '../store.ts';
import { listComponentRows } from './component-store.ts';

export const componentRoutes: readonly Route[] = [
  handle(listScanComponents, async ({ id, path, cursor, limit, page, per_page }) => {
    if ((await findScan(id)) === null) throw scanProblems.notFound({ id });
    return listComponentRows(id, path, { cursor, limit, page, per_page });
  }),
];
