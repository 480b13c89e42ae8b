/** go.sum: digests of every module that was ever looked at; not a list of what is used, so only its digests count. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf } from '../packages/package-list.ts';

export default defineDocument({
  format: 'go-sum',
  role: 'config',
  syntaxes: ['text'],
  names: /^go\.sum$/,
  is: (document) => isOwnList(document),
  read: (document, draft) => {
    let digests = 0;
    let broken = 0;
    for (const { text } of linesOf(document.text)) {
      if (text.trim() === '') continue;
      if (/^\S{1,300} v\S{1,150} h1:[A-Za-z0-9+/]{43}=\s*$/.test(text)) digests += 1;
      else broken += 1;
    }
    draft.metadata.set('digests', digests);
    if (broken > 0) draft.metadata.set('linesNotUnderstood', broken);
  },
});
