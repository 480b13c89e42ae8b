/** The product door of notifications. */
import type { Route } from '../../platform/http/handle.ts';
import { deliveryRoutes } from './deliveries/delivery-routes.ts';
import { destinationRoutes } from './destinations/destination-routes.ts';
import { mailRoutes } from './mail/mail-routes.ts';
import { ruleRoutes } from './rules/rule-routes.ts';

export const routes: readonly Route[] = [...destinationRoutes, ...ruleRoutes, ...deliveryRoutes, ...mailRoutes];
