/** The door table: which compute services exist, where they listen, and what each really offers. The only list of doors. */
import type { Door } from '../contract/endpoint.ts';
import { healthRoute, metricsRoute } from '../modules/monitoring/service.ts';
import type { Route } from '../platform/http/handle.ts';

export type ServiceDoor = {
  readonly door: Exclude<Door, 'product'>;
  readonly title: string;
  /** Added to SERVICE_PORT_BASE. */
  readonly portStep: number;
  /** Loaded only in the process that serves it. */
  readonly routes: () => Promise<readonly Route[]>;
};

const observed = (door: ServiceDoor['door']): readonly Route[] => [healthRoute(door), metricsRoute(door)];

export const serviceDoors: readonly ServiceDoor[] = [
  {
    door: 'ai-scanner',
    title: 'AI scanner',
    portStep: 1,
    routes: async () => [
      ...observed('ai-scanner'),
      ...(await import('../modules/model-scanner/service.ts')).routes,
      ...(await import('../modules/discovery/service.ts')).routes,
      ...(await import('../modules/federated-learning/service.ts')).routes,
    ],
  },
  {
    door: 'data-integrity',
    title: 'Data integrity',
    portStep: 2,
    routes: async () => [...observed('data-integrity'), ...(await import('../modules/data-quality/service.ts')).routes],
  },
  { door: 'wiz-integration', title: 'Wiz integration', portStep: 3, routes: async () => [...observed('wiz-integration')] },
  { door: 'compliance-engine', title: 'Compliance engine', portStep: 4, routes: async () => [...observed('compliance-engine')] },
  { door: 'agent-gateway', title: 'Agent gateway', portStep: 5, routes: async () => [...observed('agent-gateway')] },
];

/** Those that this installation runs; the others were left out on purpose. */
export function chosenDoors(chosen: readonly string[]): readonly ServiceDoor[] {
  return serviceDoors.filter(({ door }) => chosen.length === 0 || chosen.includes(door));
}
