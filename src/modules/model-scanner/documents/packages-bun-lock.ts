/** bun.lock: JSON with comments and trailing commas; the packages are lines `"key": ["name@1.0.0", …, "sha512-…"],`. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, readList } from '../packages/package-list.ts';
import { isPublicIndex, sayMissingDigests } from '../packages/source-practice.ts';

export default defineDocument({
  format: 'bun-lock',
  role: 'config',
  syntaxes: ['text'],
  names: /^bun\.lock$/,
  is: (document) => isOwnList(document) && document.text.includes('"lockfileVersion"'),
  read: readList((document, list) => {
    const counts = { missing: 0, all: 0 };
    const asked = new Set<string>();
    let inside = false;
    let table = '';
    for (const { text, offset } of linesOf(document.text)) {
      if (/^\s{0,4}"packages":\s*\{/.test(text)) inside = true;
      if (!inside) {
        // What the projects ask for, each in a line of its table.
        const [, key = '', value = ''] = /^\s*"([^"]{1,300})":\s*(.{0,500})$/.exec(text.slice(0, 600)) ?? [];
        if (value.startsWith('{')) table = key;
        else if (/dependencies$/i.test(table)) asked.add(key);
        continue;
      }
      const match = /^\s*"([^"]{1,300})":\s*\["((?:@[^/"@]{1,100}\/)?[^"@]{1,214})@([^"]{1,400})"(.*)$/.exec(text);
      if (match === null) continue;
      const [, key = '', name = '', version = '', rest = ''] = match;
      const isElsewhere = /[:/]/.test(version);
      const digest = /"(sha(?:256|384|512)-[A-Za-z0-9+/=]{1,200})"/.exec(rest)?.[1] ?? null;
      if (!isElsewhere) {
        counts.all += 1;
        if (digest === null) counts.missing += 1;
      }
      if (/^workspace:/.test(version)) continue;
      // Behind the name the registry, where it is not the usual one.
      const registry = /^,\s*"(https?:[^"]{1,500})"/.exec(rest)?.[1] ?? null;
      const origin = isElsewhere
        ? version.replace(/#([0-9a-f]{40})$/, '@$1')
        : registry === null || isPublicIndex(registry)
          ? null
          : registry;
      list.add(
        {
          ecosystem: 'npm',
          name,
          version: isElsewhere ? null : version,
          digest,
          origin,
          relation: asked.has(key) ? 'direct' : 'transitive',
        },
        document.placeAt(offset, text.length),
      );
    }
    sayMissingDigests(list, counts, document.placeAt(0));
  }),
});
