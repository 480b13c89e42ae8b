/** Any JSON: features, label and confidence stand where pointers say. */
import type { Form } from './form.ts';
import { follow, pointerSteps } from './pointer.ts';
import { answerFault, predictionOf, rowsAt } from './read-values.ts';

export const customJson: Form = {
  id: 'custom-json',
  check({ features, prediction, confidence }) {
    if (features.length === 0) return 'it needs a pointer to the features';
    if (prediction === '' && confidence === '') return 'it needs a pointer to the prediction or to the confidences';
    const wrong = [...features, prediction, confidence].find((pointer) => pointerSteps(pointer) === null);
    return wrong === undefined ? null : `${wrong} is not a JSON pointer`;
  },
  readInput: (body, { features }) => rowsAt(body, features),
  readAnswer(body, mapping, rows) {
    const label = mapping.prediction === '' ? undefined : follow(body, mapping.prediction, answerFault);
    const confidence = mapping.confidence === '' ? undefined : follow(body, mapping.confidence, answerFault);
    if (rows === 1 && !isListOfOne(label, confidence)) return [predictionOf(label, confidence, mapping)];
    const [labels, confidences] = [listOf(label, rows), listOf(confidence, rows)];
    return Array.from({ length: rows }, (_, row) => predictionOf(labels?.[row], confidences?.[row], mapping));
  },
};

/** A model that answers lists does so for one input too. */
function isListOfOne(label: unknown, confidence: unknown): boolean {
  return Array.isArray(label) || (Array.isArray(confidence) && Array.isArray(confidence[0]));
}

function listOf(value: unknown, rows: number): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length !== rows) throw answerFault(`there are not ${rows} predictions for ${rows} inputs`);
  return value;
}
