/** The product door of threat detection. */
import type { Route } from '../../platform/http/handle.ts';
import { blockRoutes } from './blocks/block-routes.ts';
import { configurationRoutes } from './configuration/configuration-routes.ts';
import { detectionRoutes } from './detections/detection-routes.ts';
import { guardRoutes } from './guard/guard-routes.ts';
import { plantedRoutes } from './planted/planted-routes.ts';
import { poisoningRoutes } from './poisoning/poisoning-routes.ts';
import { privacyRoutes } from './privacy/privacy-routes.ts';
import { evasionRoutes } from './screening/evasion-routes.ts';
import { streamRoutes } from './streams/stream-routes.ts';

export const routes: readonly Route[] = [
  ...configurationRoutes,
  ...blockRoutes,
  ...detectionRoutes,
  ...evasionRoutes,
  ...guardRoutes,
  ...poisoningRoutes,
  ...privacyRoutes,
  ...streamRoutes,
  ...plantedRoutes,
];
