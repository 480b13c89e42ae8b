/** Asks every slice at once, each in its own transaction, so that one failing part leaves the rest standing. */
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import { isProblem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { log } from '../../platform/log.ts';
import { assetStatistics } from '../ai-assets/contract.ts';
import { peoplePosture } from '../identity/contract.ts';
import { listScans } from '../model-scanner/contract.ts';
import { getPosture, listFixes, listMovements } from '../risk/contract.ts';
import { listRecentAlerts } from '../security-alerts/contract.ts';
import { vulnerabilityStatistics } from '../vulnerabilities/contract.ts';
import { dashboardMetrics } from './contract.ts';
import { gapsOf } from './coverage.ts';

const dayMs = 86_400_000;

type Part<T> = { value: T | null; unavailable: string | null };

async function part<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<Part<OutputOf<E>>> {
  try {
    return { value: await call(endpoint, input), unavailable: null };
  } catch (error) {
    if (isProblem(error)) return { value: null, unavailable: error.message };
    log('error').error({ error, code: 'dashboard.part', endpoint: endpoint.path }, 'A part of the dashboard failed');
    return { value: null, unavailable: 'This part failed. The trace id finds it in the logs.' };
  }
}

export const routes: readonly Route[] = [
  handle(
    dashboardMetrics,
    async ({ since, environment, owner }) => {
      const from = since === undefined ? new Date(Date.now() - dayMs).toISOString() : new Date(since).toISOString();
      const scope = { ...(environment === undefined ? {} : { environment }), ...(owner === undefined ? {} : { owner }) };
      const [posture, movements, fixes, vulnerabilities, alerts, assets, scans, people] = await Promise.all([
        part(getPosture, { since: from, days: 30 }),
        part(listMovements, { from, moved: 'true', limit: 6 }),
        part(listFixes, { limit: 10, ...scope }),
        part(vulnerabilityStatistics, { days: 14, ...scope }),
        part(listRecentAlerts, { limit: 5 }),
        part(assetStatistics, scope),
        part(listScans, { limit: 5 }),
        part(peoplePosture, {}),
      ]);
      const notCovered = { value: gapsOf({ posture, assets, vulnerabilities, scans }), unavailable: null };
      return {
        at: new Date().toISOString(),
        since: from,
        posture,
        movements,
        fixes,
        vulnerabilities,
        alerts,
        assets,
        scans,
        people,
        notCovered,
      };
    },
    { transaction: 'none' },
  ),
];
