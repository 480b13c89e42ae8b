/** Keras architectures and whole-model configurations as JSON. */
import { defineDocument } from '../engine/document.ts';
import { isKerasConfig, readKerasConfig } from '../readers/graphs/keras-config.ts';

export default defineDocument({
  format: 'keras-config',
  role: 'model',
  syntaxes: ['json', 'yaml'],
  words: ['class_name'],
  is: ({ root }) => root instanceof Map && isKerasConfig(root),
  read: ({ root }, draft, tools) => {
    if (root instanceof Map) readKerasConfig(root, draft, tools);
  },
});
