/** Version catalogs of Gradle (`libs.versions.toml`). @source Gradle documentation, "Version Catalogs" */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { entriesOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

export default defineDocument({
  format: 'gradle-catalog',
  role: 'config',
  syntaxes: ['toml'],
  names: /^.{1,80}\.versions\.toml$/,
  is: (document) => isOwnList(document) && under(document.root, 'libraries') !== null,
  read: readList((document, list) => {
    for (const [alias, one] of entriesOf(under(document.root, 'libraries'))) {
      const [group = '', artifact = '', inline] = coordinatesOf(one);
      if (group === '' || artifact === '') continue;
      const version = inline ?? versionOf(document, under(one, 'version'));
      const isRange = version !== null && /[[(+,]/.test(version);
      list.add(
        {
          ecosystem: 'Maven',
          name: `${group}:${artifact}`,
          version: isRange ? null : version,
          requirement: isRange ? version : null,
          relation: 'direct',
        },
        document.placeOf(['libraries', alias]),
      );
    }
  }),
});

/** `group:name:version` as one text, `module = "group:name"`, or group and name apart. */
function coordinatesOf(one: JsonValue): readonly (string | undefined)[] {
  const text = textOf(one) ?? textOf(under(one, 'module'));
  if (text !== null) return text.split(':', 3);
  return [textOf(under(one, 'group')) ?? undefined, textOf(under(one, 'name')) ?? undefined];
}

/** A text, a reference to the table of versions, or a rich version: what is strict or required binds, what is preferred does not. */
function versionOf({ root }: TextDocument, version: JsonValue): string | null {
  const reference = textOf(under(version, 'ref'));
  const named = reference === null ? version : under(root, 'versions', reference);
  return textOf(named) ?? textOf(under(named, 'strictly')) ?? textOf(under(named, 'require')) ?? textOf(under(named, 'prefer'));
}
