/** What the engine's answers say in one number. */
import type { z } from 'zod';
import type { Anomalies } from '../data-quality/contract.ts';

/** Rows the calibrated ensemble flagged ÷ rows; null is unknown: single detectors rank rows, they do not judge them. */
export function anomalyRateOf({ ensemble }: Pick<z.output<typeof Anomalies>, 'ensemble'>, rows: number): number | null {
  if (ensemble === null || ensemble.status === 'unknown' || rows === 0) return null;
  return Math.min(1, ensemble.flaggedCount / rows);
}
