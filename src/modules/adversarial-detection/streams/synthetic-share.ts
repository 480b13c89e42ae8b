/** Queries unlike anything the model was made for. */
import { fewestQueries, type StreamDetector } from './detector.ts';

/** Share of queries farther from the profile's data than 99 of 100 of its own rows are from each other. */
export const syntheticShare: StreamDetector = {
  id: 'synthetic-share',
  method: 'share of queries far from the data of the profile',
  uncalibratedThreshold: 0.3,
  leastThreshold: 0.05,
  speaksFor: 'extraction',
  read: ({ sketches }) => {
    const known = sketches.filter(({ far }) => far !== 'unknown');
    if (known.length < fewestQueries) return 'the model has no profile with rows, or too few queries came since';
    const statistic = known.filter(({ far }) => far === 'far').length / known.length;
    return { statistic, note: `${(100 * statistic).toFixed(0)} % of its queries are unlike the data of the profile` };
  },
};
