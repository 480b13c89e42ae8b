/** XGBoost models as JSON. */
import { defineDocument } from '../engine/document.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

export default defineDocument({
  format: 'xgboost-json',
  role: 'model',
  syntaxes: ['json'],
  words: ['"learner"'],
  is: ({ root }) => isBooster(root),
  read: () => {},
});

function isBooster(root: JsonValue): boolean {
  if (!(root instanceof Map)) return false;
  const learner = root.get('learner');
  return learner instanceof Map && learner.has('gradient_booster') && Array.isArray(root.get('version'));
}
