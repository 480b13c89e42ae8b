/** The numbers of the formulas are data: catalog/priority-weights.yaml. */
import { z } from 'zod';
import { severities } from '../../contract/severity.ts';
import { loadCatalog } from '../../platform/catalog.ts';
import { factorNames } from './contract.ts';

const share = z.number().min(0).max(1);
export const Weights = z.strictObject({
  version: z.string(),
  prior: share,
  /** Below 1: a weight of 1 would make every other factor pointless (and its logarithm infinite). */
  weights: z.record(z.enum(factorNames), z.number().min(0).max(0.95)),
  mostControl: share,
  severity: z.record(z.enum(severities), share),
  attackInArtefact: share,
  exposure: z.strictObject({ internet: share, limited: share, internal: share, isolated: share }),
  data: z.record(z.string(), share),
  criticality: z.strictObject({ high: share, medium: share, low: share }),
  runtime: z.strictObject({ loaded: share, present: share, 'not-loaded': share }),
  assetWeight: z.strictObject({ high: z.int().min(1), medium: z.int().min(1), low: z.int().min(1), unknown: z.int().min(1) }),
  assessmentDays: z.number().positive(),
});
export type Weights = z.infer<typeof Weights>;
export function priorityWeights(): Weights {
  return loadCatalog('priority-weights', Weights);
}
