// Written by npm run generate. Do not edit.

import type { Subscription } from '../platform/events/subscribe.ts';
import type { Route } from '../platform/http/handle.ts';
import type { JobDefinition } from '../platform/jobs/jobs.ts';
import { jobs as modelScannerJobs } from '../modules/model-scanner/jobs.ts';
import { routes as dashboardRoutes } from '../modules/dashboard/routes.ts';
import { routes as identityRoutes } from '../modules/identity/routes.ts';
import { routes as modelScannerRoutes } from '../modules/model-scanner/routes.ts';
import { routes as monitoringRoutes } from '../modules/monitoring/routes.ts';
import { routes as settingsRoutes } from '../modules/settings/routes.ts';

export const routes: readonly Route[] = [
  ...dashboardRoutes,
  ...identityRoutes,
  ...modelScannerRoutes,
  ...monitoringRoutes,
  ...settingsRoutes,
];

export const jobs: readonly JobDefinition[] = [
  ...modelScannerJobs,
];

export const subscriptions: readonly Subscription[] = [];
