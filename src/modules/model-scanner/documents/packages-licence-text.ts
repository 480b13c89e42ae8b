/** A LICENSE file: which licence its text is. */
import { defineDocument } from '../engine/document.ts';
import { headerExpression, licenceOfText, namedLicence } from '../packages/licence.ts';

export default defineDocument({
  format: 'licence-text',
  role: null,
  syntaxes: ['text'],
  names: /^(?:licen[sc]e|copying|unlicen[sc]e|use_policy|notice)(?:[-_.][a-z0-9_.-]{1,40})?(?:\.(?:txt|md|rst))?$/,
  is: ({ text }) => text.trim() !== '',
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
