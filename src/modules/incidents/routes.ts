/** The product door of incidents. */
import type { Route } from '../../platform/http/handle.ts';
import { actRoutes } from './acts/act-routes.ts';
import { incidentRoutes } from './cases/incident-routes.ts';
import { escalationRoutes } from './escalation/escalation-routes.ts';
import { playbookRoutes } from './playbooks/playbook-routes.ts';
import { quarantineRoutes } from './quarantine/quarantine-routes.ts';

export const routes: readonly Route[] = [...incidentRoutes, ...actRoutes, ...quarantineRoutes, ...playbookRoutes, ...escalationRoutes];
