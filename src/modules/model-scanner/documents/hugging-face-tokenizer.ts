/** Tokenizers: regular expressions that never end on certain text, and vocabulary files outside the folder. */
import { defineDocument } from '../engine/document.ts';
import { quote } from '../engine/quote.ts';
import { bomb } from '../engine/reader.ts';
import { isAddress } from '../readers/archives/archive-path.ts';
import { backtracksWithoutEnd } from './hugging-face-regex.ts';
import { walkDocument } from './hydra-walk.ts';
import { mapAt, noteInto, textAt } from './pipeline-practice.ts';
import { climbsOut } from './repository-path.ts';

const mostPatterns = 200;
const fileKeys = [
  'vocab_file',
  'merges_file',
  'tokenizer_file',
  'spm_file',
  'sp_model_file',
  'source_spm',
  'target_spm',
  'emoji_file',
  'normalizer_file',
];

/** @source tokenizers serialisation: `{"Regex": "…"}` in pre-tokenizers and normalizers, matched by Oniguruma, which backtracks. */
export default defineDocument({
  format: 'tokenizer',
  role: 'config',
  syntaxes: ['json'],
  names: /^(tokenizer|tokenizer_config|preprocessor_config|processor_config)\.json$/,
  words: ['"pre_tokenizer"'],
  is: ({ root, name }) => mapAt(root) !== null && (mapAt(root)?.has('pre_tokenizer') === true || name.startsWith('tokenizer')),
  read: (document, draft) => {
    for (const part of ['pre_tokenizer', 'normalizer', 'decoder', 'post_processor']) {
      const value = mapAt(document.root, part);
      if (!value) continue;
      let seen = 0;
      walkDocument(value, {
        object: (object, path) => {
          const pattern = object.get('Regex');
          if (typeof pattern !== 'string' || ++seen > mostPatterns) return;
          const why = backtracksWithoutEnd(pattern);
          if (why !== null)
            draft.anomalies.push(
              bomb(
                'regex-backtracking',
                `The pattern ${quote(pattern, 120)} ${why}: some texts take longer than anybody waits.`,
                document.placeOf([part, ...path, 'Regex']),
              ),
            );
        },
      });
    }
    const note = noteInto(draft, 'repository');
    for (const key of fileKeys) {
      const text = textAt(document.root, key);
      if (text === null || !(climbsOut(text) || (isAddress(text) && !/^https:\/\/huggingface\.co\//.test(text)))) continue;
      note({
        code: climbsOut(text) ? 'path-climbs-out' : 'path-is-address',
        detail: `The tokenizer takes ${key} from outside the folder.`,
        text,
        where: document.placeOf([key]),
      });
    }
  },
});
