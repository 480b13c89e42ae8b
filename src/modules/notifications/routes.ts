/** The product door of notifications. */
import type { Route } from '../../platform/http/handle.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { destinationRoutes } from './destination-routes.ts';
import { ruleRoutes } from './rule-routes.ts';

export const routes: readonly Route[] = [...destinationRoutes, ...ruleRoutes, ...deliveryRoutes];
