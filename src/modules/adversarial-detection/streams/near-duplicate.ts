/** Many queries that are almost the same: what an attack without gradients has to do. */
import { fewestQueries, nearShare, type StreamDetector } from './detector.ts';

/** Share of queries within a tenth of the typical distance of an earlier one. Exact repeats are harmless and do not count. */
export const nearDuplicate: StreamDetector = {
  id: 'near-duplicate',
  method: 'share of queries near an earlier one but not equal to it',
  uncalibratedThreshold: 0.5,
  leastThreshold: 0.1,
  speaksFor: 'privacy-probing',
  read: ({ nearest, typical, sketches }) => {
    if (sketches.length < fewestQueries) return `it needs ${fewestQueries} queries, there are ${sketches.length}`;
    const near = nearest.filter(({ distance }) => distance > 0 && distance < nearShare * typical).length;
    const statistic = near / nearest.length;
    return { statistic, note: `${(100 * statistic).toFixed(0)} % of its queries are almost one asked before` };
  },
};
