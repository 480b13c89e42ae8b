/** Gemfile.lock: what Bundler settled on. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, readList } from '../packages/package-list.ts';
import { sayIndex } from '../packages/source-practice.ts';

export default defineDocument({
  format: 'gemfile-lock',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:gemfile|gems)\.(?:lock|locked)$/,
  is: (document) => isOwnList(document) && /^(?:GEM|GIT|PATH)\s*$/m.test(document.text),
  read: readList((document, list) => {
    let section = '';
    let remote = '';
    let revision = '';
    for (const { text, offset } of linesOf(document.text)) {
      if (/^[A-Z]/.test(text)) {
        section = text.trim();
        remote = '';
        revision = '';
        continue;
      }
      const where = document.placeAt(offset, text.length);
      const setting = /^ {2}(remote|revision): (.{1,500})$/.exec(text);
      if (setting?.[1] === 'remote') remote = setting[2] ?? '';
      if (setting?.[1] === 'revision') revision = setting[2] ?? '';
      if (setting?.[1] === 'remote' && section === 'GEM') sayIndex(list, remote, where);
      // Four blanks: a package; six: what it asks for.
      const gem = /^ {4}([A-Za-z0-9_][A-Za-z0-9_.-]{0,200}) \(([^)\s]{1,150})\)$/.exec(text);
      if (gem === null) continue;
      const version = (gem[2] ?? '').replace(/-(?:x86|x64|arm|aarch64|java|universal|mswin|mingw).*$/, '');
      const origin = section === 'GEM' ? null : section === 'GIT' ? `git+${remote}@${revision}` : remote;
      list.add({ ecosystem: 'RubyGems', name: gem[1] ?? '', version, origin }, where);
    }
  }),
});
