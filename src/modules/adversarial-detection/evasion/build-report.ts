/** What is told of a profile while and after it is built. */
import type { DetectorReport } from './detector-report.ts';
import type { SpaceScale } from './feature-space.ts';

export type BuildStep = { readonly done: number; readonly total: number; readonly note: string };

export type BuildReport = {
  readonly rowsUsed: number;
  readonly sampled: boolean;
  readonly constantFeatures: number[];
  readonly labels: string[];
  readonly predictionsGiven: number;
  readonly confidencesGiven: number;
  readonly scale: SpaceScale;
  readonly referenceModels: { assetIds: string[]; denials: number[] } | null;
  readonly split: { reference: number; calibration: number; fusion: number; leaveOneOut: boolean };
  readonly detectors: DetectorReport[];
  readonly fused: {
    calibrationRows: number;
    smallestPValue: number;
    canDecide: boolean;
    decisionThreshold: number | null;
    /** A flagged input's combined score exceeds it; null: any does. */
    leastScore: number | null;
    cleanFlagRate: number | null;
    /** Clean rows that the model answers wrong, and how many of them are flagged. */
    mistakes: { rows: number; flagged: number };
    mistakesSetAside: boolean;
    harmlessFlagRate: number | null;
    note: string | null;
  };
};
