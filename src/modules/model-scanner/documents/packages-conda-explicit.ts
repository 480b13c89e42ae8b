/** conda's explicit lists: one address of a package on each line after `@EXPLICIT`. */
import { defineDocument } from '../engine/document.ts';
import { linesOf, readList } from '../packages/package-list.ts';
import { sayIndex, sayMissingDigests } from '../packages/source-practice.ts';

export default defineDocument({
  format: 'conda-explicit',
  role: 'config',
  syntaxes: ['text'],
  words: ['@EXPLICIT'],
  is: ({ text }) => /^@EXPLICIT\s*$/m.test(text),
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    for (const { text, offset } of linesOf(document.text)) {
      const match = /^(https?:\/\/\S{1,1000}\/)([^/\s#]{1,300})\.(?:conda|tar\.bz2)(?:#(\S{1,200}))?\s*$/.exec(text);
      const parts = match?.[2]?.split('-') ?? [];
      if (match === null || parts.length < 3) continue;
      const where = document.placeAt(offset, text.length);
      sayIndex(list, match[1] ?? '', where);
      const digest = match[3] === undefined ? null : match[3].includes(':') ? match[3] : `md5:${match[3]}`;
      counts.all += 1;
      if (digest === null) counts.missing += 1;
      list.add(
        { ecosystem: 'conda', name: parts.slice(0, -2).join('-'), version: parts.at(-2) ?? null, digest, relation: 'unknown' },
        where,
      );
    }
    sayMissingDigests(list, counts, document.placeAt(0));
  }),
});
