/** Adapters: the base model they are put on, when that is a path or an address instead of a name. */
import { defineDocument } from '../engine/document.ts';
import { isAddress } from '../readers/archives/archive-path.ts';
import { addNamedObject } from './hydra-objects.ts';
import { mapAt, noteInto, textAt } from './pipeline-practice.ts';
import { climbsOut } from './repository-path.ts';

/** Libraries whose models adapters are made for; `__main__` is whoever trained it. @source peft `_BaseAutoPeftModel.from_pretrained`. */
const modelLibraries = /^(?:transformers|diffusers|timm|torch|torchvision|peft|sentence_transformers|open_clip|__main__)(?:\.|$)/;

/** @source peft `PeftConfig`: base_model_name_or_path is handed to from_pretrained as it stands. */
export default defineDocument({
  format: 'adapter-config',
  role: 'config',
  syntaxes: ['json'],
  names: /^adapter_config\.json$/,
  words: ['"base_model_name_or_path"'],
  is: ({ root }) => mapAt(root)?.has('peft_type') === true,
  read: (document, draft, tools) => {
    const note = noteInto(draft, 'repository');
    for (const key of ['base_model_name_or_path', 'tokenizer_name_or_path']) {
      const text = textAt(document.root, key);
      if (text === null) continue;
      const where = document.placeOf([key]);
      if (climbsOut(text)) note({ code: 'path-climbs-out', detail: 'The base model is taken from outside the folder.', text, where });
      else if (isAddress(text)) note({ code: 'path-is-address', detail: 'The base model is an address instead of a name.', text, where });
      else if (/^(?:\/|~|[A-Za-z]:[\\/])/.test(text))
        note({
          code: 'path-is-absolute',
          detail: 'The base model is a path of the machine where the adapter was made: which model it needs is not said.',
          text,
          where,
        });
    }
    const auto = mapAt(document.root, 'auto_mapping');
    const parent = textAt(auto ?? null, 'parent_library');
    if (parent === null) return;
    draft.metadata.set('parent_library', parent.slice(0, 200));
    if (modelLibraries.test(parent)) return;
    const use = 'is imported when peft loads the adapter for its model';
    const path = `${parent}.${textAt(auto ?? null, 'base_model_class') ?? 'Model'}`;
    addNamedObject({ path, where: document.placeOf(['auto_mapping', 'parent_library']), use, certainty: 'proved' }, draft, tools);
  },
});
