/** Far more queries than this client asks at this hour of the week. Change, not attack: it never decides alone. */
import { robustCentre } from '../../../math/selection.ts';
import type { StreamDetector } from './detector.ts';

const fewestHours = 24;
const fewestSame = 3;
const hoursOfWeek = 168;

/** Robust z of ln(1 + queries) of the newest hour, among the same hours of earlier weeks when three are known, else among all earlier hours. */
export const volume: StreamDetector = {
  id: 'volume',
  method: 'robust z of the queries of the newest hour',
  uncalibratedThreshold: 8,
  leastThreshold: 4,
  speaksFor: 'change',
  read: ({ hours }) => {
    const newest = hours.at(-1);
    const earlier = hours.slice(0, -1);
    if (newest === undefined || earlier.length < fewestHours)
      return `it needs ${fewestHours} hours of history, there are ${earlier.length}`;
    const same = earlier.filter(([hour]) => (newest[0] - hour) % hoursOfWeek === 0);
    const among = (same.length >= fewestSame ? same : earlier).map(([, count]) => Math.log1p(count));
    const { centre, spread } = robustCentre(among);
    const statistic = (Math.log1p(newest[1]) - centre) / Math.max(spread, 0.1);
    return { statistic, note: `${newest[1]} queries in one hour, ${Math.round(Math.expm1(centre))} are usual` };
  },
};
