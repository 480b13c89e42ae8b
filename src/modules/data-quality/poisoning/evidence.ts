/** What a family of poisoning evidence answers. */

export const families = [
  'label-quality',
  'trigger-search',
  'duplicate-flood',
  'distribution',
  'correlation',
  'spectral-signature',
  'statistical',
  'gradient-anomaly',
  'ensemble-validation',
] as const;
export type FamilyName = (typeof families)[number];

export type Finding = {
  readonly what: string;
  readonly columns: readonly string[];
  readonly label: string | null;
  /** 0-based data rows; all of them. */
  readonly rows: Int32Array;
  readonly p: number;
  /** Over all tests of the family (Benjamini and Hochberg). */
  readonly adjustedP: number;
  /** What was measured, and what the null or the noise makes of it. */
  readonly effect: number | null;
  readonly expected: number | null;
  /** By the rules of the family this finding counts for the verdict; else it is listed only. */
  readonly counts: boolean;
};

export type FamilyEvidence = {
  readonly family: FamilyName;
  readonly method: string;
  /** p of every row; 1 where the family says nothing against it. null when the family does not judge rows. */
  readonly rowP: Float64Array | null;
  /** Rows the family holds for tampered at 1 %, ascending; an empirical null can only rank rows and flags none. */
  readonly flagged: Int32Array;
  /** How many of the flagged are expected to be tampered with, where the family's models know how sure they may be; left out: 99 %. */
  readonly tampered?: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
};
export type FamilyNotRun = { readonly family: FamilyName; readonly reason: string };
export type FamilyOutcome = FamilyEvidence | FamilyNotRun;

export const isRun = (outcome: FamilyOutcome): outcome is FamilyEvidence => 'method' in outcome;

/** @source threat-detection practice: a row is flagged when the expected share of false flags among all flags stays below this. */
export const rowLevel = 0.01;

/** Rows whose p passes Benjamini and Hochberg at 1 %, ascending. */
export function flaggedRows(rowP: Float64Array, level = rowLevel): Int32Array {
  const sorted = Float64Array.from(rowP).sort();
  let limit = -1;
  for (let k = sorted.length - 1; k >= 0; k--)
    if ((sorted[k] as number) <= (level * (k + 1)) / sorted.length) {
      limit = sorted[k] as number;
      break;
    }
  return Int32Array.from(rowP.keys()).filter((row) => (rowP[row] as number) <= limit);
}
