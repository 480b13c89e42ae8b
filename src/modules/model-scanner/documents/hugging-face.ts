/** The JSON files of a Hugging Face repository: configuration, tokenizer, shard index, adapter, pipeline. */
import { defineDocument } from '../engine/document.ts';
import { kindOf, readHuggingFace } from '../readers/documents/hugging-face.ts';

export default defineDocument({
  format: 'hugging-face',
  role: 'config',
  syntaxes: ['json'],
  names: /^(config|model_index|tokenizer_config|generation_config)\.json$/,
  words: [
    'auto_map',
    'weight_map',
    'chat_template',
    'architectures',
    'model_type',
    'base_model_name_or_path',
    '_class_name',
    'custom_generate',
    'custom_pipelines',
    'trust_remote_code',
    'added_tokens',
  ].map((key) => `"${key}`),
  is: ({ root }) => root instanceof Map && kindOf(root) !== null,
  read: ({ root }, draft) => {
    if (root instanceof Map) readHuggingFace(root, draft);
  },
});
