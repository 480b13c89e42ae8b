/** Numbers, labels and confidences as strangers write them. */
import { parseJsonBody } from '../../../../platform/http/input.ts';
import { mostFeatures } from '../../detections/detection-shape.ts';
import { type GuardMapping, guardProblems } from '../guard-contract.ts';
import { mostRows, type ReadPrediction } from './form.ts';
import { type Fault, follow } from './pointer.ts';

export const inputFault: Fault = (reason) => guardProblems.guardInput({ reason });
export const answerFault: Fault = (reason) => guardProblems.guardAnswer({ reason });

/** What single precision holds, as everywhere in this slice. */
const largest = 1e30;
export function cellOf(value: unknown): number {
  if (typeof value !== 'number' || !(Math.abs(value) <= largest)) throw inputFault('a feature is not a number between -1e30 and 1e30');
  return value;
}

export function rowOf(value: unknown): number[] {
  if (!Array.isArray(value)) throw inputFault('the features are not a list');
  if (value.length === 0 || value.length > mostFeatures) throw inputFault(`an input has 1 to ${mostFeatures} features`);
  return value.map(cellOf);
}

/** One list of numbers is one input; a list of lists is several. */
export function rowsOf(value: unknown): number[][] {
  if (!Array.isArray(value) || !Array.isArray(value[0])) return [rowOf(value)];
  if (value.length > mostRows) throw inputFault(`a request has ${mostRows} inputs at most`);
  return value.map(rowOf);
}

/** By one pointer to all of them, or by one for each number. */
export function rowsAt(document: unknown, pointers: readonly string[]): number[][] {
  const [first, ...others] = pointers;
  if (others.length > 0) return [pointers.map((pointer) => cellOf(follow(document, pointer, inputFault)))];
  return rowsOf(follow(document, first ?? '', inputFault));
}

/** JSON inside of a text. */
export function jsonIn(text: string, fault: Fault): unknown {
  try {
    return parseJsonBody(Buffer.from(text.trim() === '' ? 'null' : text));
  } catch {
    throw fault('the text is not the JSON that the mapping speaks of');
  }
}

/** @param classes names of class numbers; none: the number is the name. */
export function labelOf(value: unknown, classes: GuardMapping['classes']): string | number {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && value.length <= 200) return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw answerFault('the prediction is neither a short text nor a number');
  if (classes.length === 0) return value;
  const name = classes[value];
  if (name === undefined) throw answerFault('the predicted class has no name in the mapping');
  return name;
}

function shareOf(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw answerFault('a confidence is not a number between 0 and 1');
  return value;
}

const mostClasses = 10_000;
/**
 * One prediction of an answer.
 * @param label undefined: the class with the largest confidence, the first of several.
 * @param confidence a number, or one for each class; undefined: none was given.
 */
export function predictionOf(label: unknown, confidence: unknown, { classes }: Pick<GuardMapping, 'classes'>): ReadPrediction {
  if (!Array.isArray(confidence)) {
    if (label === undefined) throw answerFault('there is neither a prediction nor a confidence for each class');
    return { prediction: labelOf(label, classes), confidence: confidence === undefined ? null : shareOf(confidence) };
  }
  if (confidence.length === 0 || confidence.length > mostClasses) throw answerFault(`there are 1 to ${mostClasses} confidences`);
  // The one number of a yes-or-no model says nothing of which it said.
  if (confidence.length === 1 && label === undefined) throw answerFault('one confidence alone names no class');
  const shares = confidence.map(shareOf);
  let best = 0;
  for (const [place, share] of shares.entries()) if (share > (shares[best] ?? 0)) best = place;
  return { prediction: labelOf(label ?? best, classes), confidence: shares[best] ?? null };
}
