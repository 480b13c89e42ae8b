// Written by npm run generate. Do not edit.

import type { DocumentKind } from './engine/document.ts';
import huggingFace from './documents/hugging-face.ts';
import hydraTarget from './documents/hydra-target.ts';
import kerasArchitecture from './documents/keras-architecture.ts';
import notebook from './documents/notebook.ts';
import skopsSchema from './documents/skops-schema.ts';
import xgboostBooster from './documents/xgboost-booster.ts';

export const documents: readonly DocumentKind[] = [
  huggingFace,
  hydraTarget,
  kerasArchitecture,
  notebook,
  skopsSchema,
  xgboostBooster,
];
