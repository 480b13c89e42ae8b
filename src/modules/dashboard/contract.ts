/** The landing page's numbers, gathered from other slices. A part that fails says so; the rest stands. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { assetStatistics } from '../ai-assets/contract.ts';
import { peoplePosture } from '../identity/contract.ts';
import { listScans } from '../model-scanner/contract.ts';
import { getPosture, listFixes, listMovements } from '../risk/contract.ts';
import { listRecentAlerts } from '../security-alerts/contract.ts';
import { vulnerabilityStatistics } from '../vulnerabilities/contract.ts';

/** `value` is null exactly when `unavailable` says why. */
function part<T extends z.ZodType>(value: T) {
  return z.object({ value: value.nullable(), unavailable: z.string().nullable() });
}

/** Something the platform does not look at yet, and the step that changes it. */
export const Gap = z.object({
  id: z.enum(['never-assessed', 'stale-assessment', 'proposed', 'unowned', 'missing', 'no-exploit-knowledge', 'unread-files']),
  count: z.int().nullable(),
  sentence: z.string(),
  action: z.string(),
  href: z.string(),
});
export type Gap = z.infer<typeof Gap>;

export const DashboardMetrics = z.object({
  at: z.iso.datetime(),
  since: z.iso.datetime(),
  posture: part(getPosture.output),
  movements: part(listMovements.output),
  fixes: part(listFixes.output),
  vulnerabilities: part(vulnerabilityStatistics.output),
  alerts: part(listRecentAlerts.output),
  assets: part(assetStatistics.output),
  scans: part(listScans.output),
  people: part(peoplePosture.output),
  notCovered: part(z.array(Gap)),
});
export type DashboardMetrics = z.infer<typeof DashboardMetrics>;

export const dashboardMetrics = endpoint({
  method: 'GET',
  path: '/api/dashboard/metrics',
  tag: 'dashboard',
  operation: 'metrics',
  access: 'dashboard:read',
  summary: 'Posture, fix-first queue, vulnerabilities, alerts, assets, scans and what is not covered',
  input: z.object({
    since: z.iso.datetime({ offset: true }).optional().describe('Compare with this time; default 24 hours ago.'),
    environment: z.enum(['development', 'research', 'staging', 'production']).optional(),
    owner: z.string().max(120).optional(),
  }),
  output: DashboardMetrics,
});
