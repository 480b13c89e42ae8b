/** The product door of incidents. */
import type { Route } from '../../platform/http/handle.ts';
import { actRoutes } from './act-routes.ts';
import { escalationRoutes } from './escalation-routes.ts';
import { incidentRoutes } from './incident-routes.ts';
import { playbookRoutes } from './playbook-routes.ts';
import { quarantineRoutes } from './quarantine-routes.ts';

export const routes: readonly Route[] = [...incidentRoutes, ...actRoutes, ...quarantineRoutes, ...playbookRoutes, ...escalationRoutes];
