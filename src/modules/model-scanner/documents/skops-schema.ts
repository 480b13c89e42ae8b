/** The schema inside a skops file. */
import { defineDocument } from '../engine/document.ts';
import { isSkopsSchema, readSkopsSchema } from '../readers/python/skops.ts';

export default defineDocument({
  format: 'skops-schema',
  role: 'model',
  syntaxes: ['json'],
  words: ['"__loader__"'],
  is: ({ root }) => root instanceof Map && isSkopsSchema(root),
  read: ({ root }, draft, tools) => {
    if (root instanceof Map) readSkopsSchema(root, draft, tools);
  },
});
