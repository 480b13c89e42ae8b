/** The product door of data integrity. */
import type { Route } from '../../platform/http/handle.ts';
import { alertRoutes } from './alerts/alert-routes.ts';
import { assessmentRoutes } from './assessments/assessment-routes.ts';
import { baselineRoutes } from './baselines/baseline-routes.ts';
import { configRoutes } from './configuration/config-routes.ts';
import { monitorRoutes } from './monitors/monitor-routes.ts';
import { ruleRoutes } from './rules/rule-routes.ts';
import { seriesRoutes } from './series/series-routes.ts';
import { connectionRoutes } from './sources/connection-routes.ts';
import { uploadRoutes } from './sources/uploads.ts';

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
