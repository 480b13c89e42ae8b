/** YAML configurations that name Python objects to be built: hydra and NeMo targets, and tags that unsafe loaders run. */
import { defineDocument } from '../engine/document.ts';
import { readTags, readTargets } from '../readers/documents/yaml-config.ts';

export default defineDocument({
  format: 'yaml',
  role: 'config',
  syntaxes: ['text'],
  words: ['_target_', '!!python'],
  is: ({ name }) => /\.ya?ml$/.test(name),
  read: ({ text }, draft, tools) => {
    readTargets(text, draft, tools);
    readTags(text, draft);
  },
});
