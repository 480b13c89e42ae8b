/** XGBoost boosters saved as JSON: trees and their parameters. */
import { defineDocument } from '../engine/document.ts';
import { isXgboost, readXgboost } from '../readers/trees/xgboost-model.ts';

export default defineDocument({
  format: 'xgboost-json',
  role: 'model',
  syntaxes: ['json'],
  words: ['"learner"'],
  is: ({ root }) => isXgboost(root),
  read: ({ root }, draft, tools) => {
    if (isXgboost(root)) readXgboost(root, draft, tools);
  },
});
