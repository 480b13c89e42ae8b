/** Jupyter notebooks: code cells as Python, magics as commands, outputs that run something. */
import { defineDocument } from '../engine/document.ts';
import { readNotebook } from '../readers/documents/notebook.ts';

export default defineDocument({
  format: 'notebook',
  role: 'code',
  syntaxes: ['json'],
  words: ['"nbformat"'],
  is: ({ root }) => root instanceof Map && root.has('nbformat') && Array.isArray(root.get('cells') ?? root.get('worksheets')),
  read: (document, draft, tools) => readNotebook(document, draft, tools),
});
