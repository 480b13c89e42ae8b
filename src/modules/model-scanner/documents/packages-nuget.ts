/** .NET: packages.config, project files and Directory.Packages.props. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, readList } from '../packages/package-list.ts';
import { sayIndex } from '../packages/source-practice.ts';
import { descendants, parseXml, textAt } from '../packages/xml-elements.ts';

export default defineDocument({
  format: 'nuget-project',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:packages\.config|nuget\.config|directory\.(?:packages|build)\.(?:props|targets)|.{1,150}\.(?:cs|fs|vb)proj)$/,
  is: (document) => isOwnList(document) && /<(?:packages|project|configuration)[\s>]/i.test(document.text),
  read: readList((document, list) => {
    const root = parseXml(document.text);
    const properties = new Map(
      [...descendants(root, 'PropertyGroup')].flatMap(({ children }) => children.map(({ name, text }) => [name, text])),
    );
    for (const element of [
      ...descendants(root, 'package'),
      ...descendants(root, 'PackageReference'),
      ...descendants(root, 'PackageVersion'),
      ...descendants(root, 'GlobalPackageReference'),
    ]) {
      const name = element.attributes.get('id') ?? element.attributes.get('Include') ?? element.attributes.get('Update');
      const asked =
        element.attributes.get('version') ??
        element.attributes.get('Version') ??
        element.attributes.get('VersionOverride') ??
        textAt(element, 'Version');
      if (name === undefined || name.includes('$(')) continue;
      const written = asked?.replace(/\$\(([A-Za-z0-9_.-]{1,100})\)/g, (whole, property: string) => properties.get(property) ?? whole);
      // A bare version is the lowest one, and the lowest one that fits is what NuGet takes.
      const exact = /^\[?\s*(\d[0-9A-Za-z.+-]*)\s*\]?$/.exec(written ?? '')?.[1] ?? null;
      list.add(
        { ecosystem: 'NuGet', name, version: exact, requirement: exact === written ? null : (written ?? null), relation: 'direct' },
        document.placeAt(element.offset),
      );
    }
    if (document.name !== 'nuget.config') return;
    for (const source of descendants(root, 'add')) {
      const address = source.attributes.get('value');
      if (address !== undefined) sayIndex(list, address, document.placeAt(source.offset));
    }
  }),
});
