/** LM Studio's presets and model descriptions: prompt templates of their own. */
import { defineDocument } from '../engine/document.ts';
import { walkDocument } from './hydra-walk.ts';

const longestTemplate = 1_000_000;
const mostTemplates = 50;

/** @source LM Studio documentation, "Config Presets" and "model.yaml": `llm.prediction.promptTemplate` of type jinja. */
export default defineDocument({
  format: 'lm-studio-preset',
  role: 'config',
  syntaxes: ['json', 'yaml'],
  words: ['llm.prediction.promptTemplate', 'jinjaPromptTemplate'],
  is: ({ root, text, name }) => root instanceof Map && !/\.(md|py|ts|js)$/.test(name) && /promptTemplate|jinjaPromptTemplate/.test(text),
  read: (document, draft) => {
    walkDocument(document.root, {
      object: (value, path) => {
        const jinja = value.get('jinjaPromptTemplate');
        const template = jinja instanceof Map ? jinja.get('template') : jinja;
        if (typeof template !== 'string' || draft.templates.length >= mostTemplates) return;
        const where = document.placeOf([...path, 'jinjaPromptTemplate', 'template']);
        draft.templates.push({ language: 'jinja', key: 'promptTemplate', text: template.slice(0, longestTemplate), where });
      },
    });
  },
});
