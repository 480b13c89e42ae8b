/** The calibrated detectors, in the order of the answers. */
import classShape from '../detectors/class-shape.ts';
import ensembleDisagreement from '../detectors/ensemble-disagreement.ts';
import margin from '../detectors/margin.ts';
import neighbourDisagreement from '../detectors/neighbour-disagreement.ts';
import unusualChange from '../detectors/unusual-change.ts';
import type { EvasionDetector } from './detector.ts';

export const evasionDetectors: readonly EvasionDetector[] = [
  neighbourDisagreement,
  ensembleDisagreement,
  classShape,
  margin,
  unusualChange,
];
