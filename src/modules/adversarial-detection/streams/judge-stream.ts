/** All detectors over one stream, and what their answers together mean. */
import { upperNormalQuantile } from '../../../math/normal-quantile.ts';
import { robustCentre } from '../../../math/selection.ts';
import { evaluated, type Judgement, notEvaluated } from '../screening/judgement.ts';
import { attributeSweep } from './attribute-sweep.ts';
import { boundaryWalk } from './boundary-walk.ts';
import { fewestQueries, type Stream, type StreamDetector, type StreamDetectorId } from './detector.ts';
import { distanceDistribution } from './distance-distribution.ts';
import { nearDuplicate } from './near-duplicate.ts';
import { recordProbe } from './record-probe.ts';
import { syntheticShare } from './synthetic-share.ts';
import { volume } from './volume.ts';

export const streamDetectors: readonly StreamDetector[] = [
  distanceDistribution,
  nearDuplicate,
  boundaryWalk,
  syntheticShare,
  attributeSweep,
  recordProbe,
  volume,
];

/** What benign clients of the model showed, by detector. */
export type BenignHistory = {
  readonly readings: ReadonlyMap<StreamDetectorId, readonly number[]>;
  readonly clients: number;
  readonly days: number;
  /** Median over them of the typical distance between queries; null while there is none. */
  readonly typical: number | null;
};
export const noHistory: BenignHistory = { readings: new Map(), clients: 0, days: 0, typical: null };
const fewestClients = 20;
const fewestDays = 7;
/** A threshold learnt from fewer numbers would be chance. */
const fewestReadings = 10;

export type Threshold = { readonly value: number; readonly isCalibrated: boolean };

/**
 * Robust prediction bound of benign clients: median + z·1.4826·MAD·√(1 + 1/m) at the asked rate shared by the detectors, never below the
 * least that can be an attack; a detector's own default while history is short.
 */
export function thresholdOf(detector: StreamDetector, { readings, clients, days }: BenignHistory, targetRate: number): Threshold {
  const known = readings.get(detector.id) ?? [];
  if ((clients < fewestClients && days < fewestDays) || known.length < fewestReadings)
    return { value: detector.uncalibratedThreshold, isCalibrated: false };
  const { centre, spread } = robustCentre(known);
  const z = upperNormalQuantile(targetRate / streamDetectors.length);
  return { value: Math.max(detector.leastThreshold, centre + z * spread * Math.sqrt(1 + 1 / known.length)), isCalibrated: true };
}

export type StreamJudgement = Judgement & {
  /** Statistics for the history of later thresholds. */
  readonly readings: Readonly<Partial<Record<StreamDetectorId, number>>>;
  readonly exceeded: readonly StreamDetectorId[];
};

/** Change alone (volume) is no attack; everything above a threshold else is. Without history the threat is marked uncalibrated, and grades medium. */
export function judgeStream(
  stream: Stream,
  history: BenignHistory,
  { targetRate, modelId, clientId }: { targetRate: number; modelId: string; clientId: string | null },
): StreamJudgement {
  const read = streamDetectors.map((detector) => ({
    detector,
    reading: detector.read(stream),
    threshold: thresholdOf(detector, history, targetRate),
  }));
  const known = read.flatMap(({ detector, reading, threshold }) => (typeof reading === 'string' ? [] : [{ detector, reading, threshold }]));
  const above = known.filter(({ reading, threshold }) => reading.statistic > threshold.value);
  const deciding = above.filter(({ detector }) => detector.speaksFor !== 'change');
  const speaks = (what: StreamDetector['speaksFor']): boolean => deciding.some(({ detector }) => detector.speaksFor === what);
  const isShort = stream.sketches.length < fewestQueries;
  const decision = isShort ? 'insufficient-evidence' : deciding.length > 0 ? 'threat' : 'no-threat';
  return {
    decision,
    title: `Queries that attack ${modelId}${clientId === null ? '' : `, by ${clientId}`}`,
    summary: summaryOf(
      decision,
      deciding.map(({ reading }) => reading.note),
    ),
    pValue: null,
    families: read.map(({ detector, reading, threshold }) => familyOf(detector, reading, threshold)),
    flagged: [],
    missingEvidence: missingOf(
      stream,
      read.some(({ threshold }) => !threshold.isCalibrated),
    ),
    evidence: {
      extraction: speaks('extraction'),
      boundarySearch: speaks('boundary-search'),
      privacyProbing: speaks('privacy-probing'),
      calibrated: deciding.length > 0 && deciding.every(({ threshold }) => threshold.isCalibrated),
    },
    evidenceFamilies: deciding.length,
    readings: Object.fromEntries(known.map(({ detector, reading }) => [detector.id, reading.statistic])),
    exceeded: above.map(({ detector }) => detector.id),
  };
}

function familyOf(
  { id, method }: StreamDetector,
  reading: ReturnType<StreamDetector['read']>,
  { value, isCalibrated }: Threshold,
): Judgement['families'][number] {
  if (typeof reading === 'string') return notEvaluated(id, method, reading);
  const isOdd = reading.statistic > value;
  const reason = [isCalibrated ? null : 'uncalibrated', isOdd ? reading.note : null].filter((part) => part !== null).join(': ');
  return evaluated(id, method, {
    statistic: { statistic: reading.statistic, threshold: value },
    flaggedCount: Number(isOdd),
    reason: reason === '' ? null : reason,
  });
}

function summaryOf(decision: Judgement['decision'], notes: readonly string[]): string {
  if (decision === 'insufficient-evidence') return `Fewer than ${fewestQueries} queries: too few to see how they lie to each other.`;
  if (decision === 'no-threat') return 'The queries lie to each other as harmless ones do.';
  return `${notes.join('; ')}. Limit the rate of this client, return labels only, and look at what it asked.`;
}

function missingOf({ sketches }: Stream, isUncalibrated: boolean): Judgement['missingEvidence'] {
  const missing: Judgement['missingEvidence'][number][] = [];
  if (sketches.length < fewestQueries)
    missing.push({ needed: `${fewestQueries} queries`, enables: 'every detector', howToSupply: 'more events of this client' });
  if (isUncalibrated)
    missing.push({
      needed: `traffic of ${fewestClients} harmless clients, or of ${fewestDays} days`,
      enables: 'thresholds learnt from this model’s own traffic, and severities above medium',
      howToSupply: 'send all traffic of the model to /api/adversarial-detection/traffic',
    });
  return missing;
}
