/** The product door of data integrity. */
import type { Route } from '../../platform/http/handle.ts';
import { alertRoutes } from './alert-routes.ts';
import { assessmentRoutes } from './assessment-routes.ts';
import { baselineRoutes } from './baseline-routes.ts';
import { configRoutes } from './config-routes.ts';
import { connectionRoutes } from './connection-routes.ts';
import { monitorRoutes } from './monitor-routes.ts';
import { ruleRoutes } from './rule-routes.ts';
import { seriesRoutes } from './series-routes.ts';
import { uploadRoutes } from './uploads.ts';

export const routes: readonly Route[] = [
  ...assessmentRoutes,
  ...seriesRoutes,
  ...alertRoutes,
  ...ruleRoutes,
  ...baselineRoutes,
  ...monitorRoutes,
  ...configRoutes,
  ...uploadRoutes,
  ...connectionRoutes,
];
