/** A LICENSE file: which licence its text is. */
import { defineDocument } from '../engine/document.ts';
import { headerExpression, licenceOfText, namedLicence } from '../packages/licence.ts';

/** Programs about licences are none. */
const programs = /\.(?:py|pyi|js|mjs|cjs|ts|tsx|jsx|go|rs|java|kt|c|h|cpp|rb|php|cs|sh|json|ya?ml|toml|html?|css|ipynb|svg|xml)$/;
const plainName = /^(?:licen[sc]e|copying|unlicen[sc]e|use_policy|notice)(?:[-_.][a-z0-9_.-]{1,40})?$/;
/** `model_license.txt`, and the folder that the REUSE specification asks for: only a text that is recognised is one. */
const otherName = /^[a-z0-9]{1,30}[-_.](?:licen[sc]e|copying)(?:[-_.][a-z0-9_.-]{1,40})?$/;
const reuseFolder = /(?:^|\/)licenses\/[^/]{1,80}\.(?:txt|md)$/;

export default defineDocument({
  format: 'licence-text',
  role: null,
  syntaxes: ['text'],
  names: new RegExp(`${plainName.source}|${otherName.source}`),
  paths: reuseFolder,
  is: ({ name, text }) => text.trim() !== '' && !programs.test(name),
  read: (document, draft, tools) => {
    const { licences } = tools.tables.supply;
    const header = headerExpression(document.text);
    const found = header === null ? licenceOfText(document.text, licences) : namedLicence(header.expression, licences);
    // A notice or policy beside the licence that names none is no licence.
    if (found === null && !/^(?:licen[sc]e|copying)/.test(document.name)) return;
    draft.licences.push({
      expression: found?.expression ?? 'unknown',
      source: 'licence-text',
      terms: found?.terms ?? 'unknown',
      where: document.placeAt(header?.at ?? 0, 1),
    });
  },
});
