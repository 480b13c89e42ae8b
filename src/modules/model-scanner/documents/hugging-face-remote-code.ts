/** `trust_remote_code` switched on inside configurations of training, evaluation and data. */
import { defineDocument } from '../engine/document.ts';
import type { JsonObject } from '../readers/parts/json-tokens.ts';
import { holdsObject, walkDocument } from './hydra-walk.ts';

const keys = ['trust_remote_code', 'trust-remote-code', 'dataset_trust_remote_code'];
const prose = /\.(py|md|rst|txt|ipynb)$/;

export default defineDocument({
  format: 'remote-code-settings',
  role: 'config',
  syntaxes: ['json', 'yaml', 'toml'],
  words: ['trust_remote_code', 'trust-remote-code'],
  is: ({ root, name }) => !prose.test(name) && holdsObject(root, (value) => keyOf(value) !== undefined),
  read: (document, draft) => {
    walkDocument(document.root, {
      object: (value, path) => {
        const key = keyOf(value);
        if (key === undefined || draft.code.length >= 200) return;
        if (draft.code.some(({ text }) => text === 'trust_remote_code')) return;
        draft.code.push({
          language: 'python',
          activated: true,
          detail: 'trust_remote_code is switched on in the configuration',
          text: 'trust_remote_code',
          where: document.placeOf([...path, key]),
        });
      },
    });
  },
});

function keyOf(value: JsonObject): string | undefined {
  return keys.find((key) => value.get(key) === true || value.get(key) === 'true' || value.get(key) === 'True');
}
