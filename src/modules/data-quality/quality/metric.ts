/** One metric: a fraction that can be checked by hand, or unknown. */

/** `rows` are 0-based data rows (the header not counted), ascending, the first hundred. */
export type Failure = {
  readonly check: string;
  readonly columns: readonly string[];
  readonly count: number;
  readonly of: number;
  readonly rows: readonly number[];
};
export type Metric = {
  /** In [0, 1]; null is unknown. */
  readonly value: number | null;
  readonly reason: string | null;
  readonly numerator: number;
  readonly denominator: number;
  readonly failures: readonly Failure[];
};

export function unknown(reason: string): Metric {
  return { value: null, reason, numerator: 0, denominator: 0, failures: [] };
}

export function known({ numerator, denominator, failures }: Pick<Metric, 'numerator' | 'denominator' | 'failures'>): Metric {
  return { value: numerator / denominator, reason: null, numerator, denominator, failures };
}
