// Written by npm run generate. Do not edit.

import type { Subscription } from '../platform/events/subscribe.ts';
import type { Route } from '../platform/http/handle.ts';
import type { JobDefinition } from '../platform/jobs/jobs.ts';
import { jobs as adversarialDetectionJobs, subscriptions as adversarialDetectionSubscriptions } from '../modules/adversarial-detection/jobs.ts';
import { jobs as advisoriesJobs, subscriptions as advisoriesSubscriptions } from '../modules/advisories/jobs.ts';
import { jobs as auditLogsJobs } from '../modules/audit-logs/jobs.ts';
import { jobs as dataIntegrityJobs, subscriptions as dataIntegritySubscriptions } from '../modules/data-integrity/jobs.ts';
import { jobs as discoveryJobs, subscriptions as discoverySubscriptions } from '../modules/discovery/jobs.ts';
import { jobs as federatedLearningJobs } from '../modules/federated-learning/jobs.ts';
import { jobs as identityJobs, subscriptions as identitySubscriptions } from '../modules/identity/jobs.ts';
import { jobs as modelScannerJobs } from '../modules/model-scanner/jobs.ts';
import { jobs as notificationsJobs, subscriptions as notificationsSubscriptions } from '../modules/notifications/jobs.ts';
import { jobs as riskJobs, subscriptions as riskSubscriptions } from '../modules/risk/jobs.ts';
import { jobs as vulnerabilitiesJobs, subscriptions as vulnerabilitiesSubscriptions } from '../modules/vulnerabilities/jobs.ts';
import { routes as adversarialDetectionRoutes } from '../modules/adversarial-detection/routes.ts';
import { routes as advisoriesRoutes } from '../modules/advisories/routes.ts';
import { routes as aiAssetsRoutes } from '../modules/ai-assets/routes.ts';
import { routes as auditLogsRoutes } from '../modules/audit-logs/routes.ts';
import { routes as dashboardRoutes } from '../modules/dashboard/routes.ts';
import { routes as dataIntegrityRoutes } from '../modules/data-integrity/routes.ts';
import { routes as discoveryRoutes } from '../modules/discovery/routes.ts';
import { routes as federatedLearningRoutes } from '../modules/federated-learning/routes.ts';
import { routes as identityRoutes } from '../modules/identity/routes.ts';
import { routes as incidentsRoutes } from '../modules/incidents/routes.ts';
import { routes as modelScannerRoutes } from '../modules/model-scanner/routes.ts';
import { routes as monitoringRoutes } from '../modules/monitoring/routes.ts';
import { routes as notificationsRoutes } from '../modules/notifications/routes.ts';
import { routes as riskRoutes } from '../modules/risk/routes.ts';
import { routes as securityAlertsRoutes } from '../modules/security-alerts/routes.ts';
import { routes as settingsRoutes } from '../modules/settings/routes.ts';
import { routes as vulnerabilitiesRoutes } from '../modules/vulnerabilities/routes.ts';
import { subscriptions as aiAssetsSubscriptions } from '../modules/ai-assets/jobs.ts';
import { subscriptions as incidentsSubscriptions } from '../modules/incidents/jobs.ts';
import { subscriptions as securityAlertsSubscriptions } from '../modules/security-alerts/jobs.ts';

export const routes: readonly Route[] = [
  ...adversarialDetectionRoutes,
  ...advisoriesRoutes,
  ...aiAssetsRoutes,
  ...auditLogsRoutes,
  ...dashboardRoutes,
  ...dataIntegrityRoutes,
  ...discoveryRoutes,
  ...federatedLearningRoutes,
  ...identityRoutes,
  ...incidentsRoutes,
  ...modelScannerRoutes,
  ...monitoringRoutes,
  ...notificationsRoutes,
  ...riskRoutes,
  ...securityAlertsRoutes,
  ...settingsRoutes,
  ...vulnerabilitiesRoutes,
];

export const jobs: readonly JobDefinition[] = [
  ...adversarialDetectionJobs,
  ...advisoriesJobs,
  ...auditLogsJobs,
  ...dataIntegrityJobs,
  ...discoveryJobs,
  ...federatedLearningJobs,
  ...identityJobs,
  ...modelScannerJobs,
  ...notificationsJobs,
  ...riskJobs,
  ...vulnerabilitiesJobs,
];

export const subscriptions: readonly Subscription[] = [
  ...adversarialDetectionSubscriptions,
  ...advisoriesSubscriptions,
  ...aiAssetsSubscriptions,
  ...dataIntegritySubscriptions,
  ...discoverySubscriptions,
  ...identitySubscriptions,
  ...incidentsSubscriptions,
  ...notificationsSubscriptions,
  ...riskSubscriptions,
  ...securityAlertsSubscriptions,
  ...vulnerabilitiesSubscriptions,
];
