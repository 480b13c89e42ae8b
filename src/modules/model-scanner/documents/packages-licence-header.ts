/** Source files that name their licence in the first lines. */
import { defineDocument } from '../engine/document.ts';
import { headerExpression } from '../packages/licence.ts';
import { sayLicence } from '../packages/licence-facts.ts';

const sources =
  /\.(?:py|pyi|c|cc|cpp|cu|h|hpp|rs|go|java|kt|js|mjs|cjs|ts|tsx|jsx|sh|rb|php|cs|swift|r|jl|lua|scala|ya?ml|toml|cmake|proto)$/;

export default defineDocument({
  format: 'source-licence',
  role: null,
  syntaxes: ['text'],
  words: ['SPDX-License-Identifier:'],
  is: ({ name, text }) => sources.test(name) && headerExpression(text) !== null,
  read: (document, draft, tools) => {
    const header = headerExpression(document.text);
    if (header !== null) sayLicence({ draft, tools }, { text: header.expression, source: 'file-header' }, document.placeAt(header.at, 1));
  },
});
