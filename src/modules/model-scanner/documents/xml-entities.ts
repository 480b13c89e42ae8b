/** XML of any kind: entities in its DOCTYPE that read files or multiply. Models in XML have a reader of their own. */
import { defineDocument } from '../engine/document.ts';
import { addDoctype } from '../readers/markup/doctype-facts.ts';

const longestDoctype = 4 * 2 ** 20;

export default defineDocument({
  format: 'xml',
  role: null,
  syntaxes: ['text'],
  words: ['<!ENTITY', '<!DOCTYPE', '<!doctype'],
  is: ({ text }) => /^[\ufeff\s]{0,1000}<(?:\?xml|!DOCTYPE|!--|[A-Za-z])/i.test(text) && text.includes('<!ENTITY'),
  read: ({ text, placeAt }, draft) => {
    const at = text.search(/<!DOCTYPE/i);
    if (at < 0) return;
    const from = at + '<!DOCTYPE'.length;
    const open = text.indexOf('[', from);
    const close = open < 0 ? -1 : text.indexOf(']', open);
    const end = close < 0 ? text.indexOf('>', from) : text.indexOf('>', close);
    addDoctype(text.slice(from, Math.min(end < 0 ? text.length : end, from + longestDoctype)), placeAt(at, 9), { draft, strict: false });
  },
});
