/** pom.xml: what a Java project asks for; properties of the same file are filled in, those of a parent stay unknown. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { sayIndex } from '../packages/source-practice.ts';
import { childAt, descendants, parseXml, textAt, type XmlElement } from '../packages/xml-elements.ts';

export default defineDocument({
  format: 'maven-pom',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:pom|.{1,100}\.pom)(?:\.xml)?$/,
  is: (document) => isOwnList(document) && document.text.includes('<project'),
  read: readList((document, list) => {
    const project = childAt(parseXml(document.text), 'project');
    if (project === undefined) return;
    const properties = propertiesOf(project);
    const managed = managedVersions(project, properties);
    const profiles = (childAt(project, 'profiles')?.children ?? []).flatMap((profile) => childAt(profile, 'dependencies')?.children ?? []);
    for (const dependency of [...(childAt(project, 'dependencies')?.children ?? []), ...profiles])
      addDependency(dependency, { document, list, properties, managed });
    for (const plugin of descendants(project, 'plugin')) addDependency(plugin, { document, list, properties, managed });
    for (const repository of [...descendants(project, 'repository'), ...descendants(project, 'pluginRepository')]) {
      const address = textAt(repository, 'url');
      if (address !== null) sayIndex(list, address, document.placeAt(repository.offset));
    }
  }),
});

type Properties = ReadonlyMap<string, string>;

function propertiesOf(project: XmlElement): Map<string, string> {
  const found = new Map((childAt(project, 'properties')?.children ?? []).map(({ name, text }) => [name, text]));
  for (const [name, path] of [
    ['project.version', ['version']],
    ['project.groupId', ['groupId']],
    ['project.parent.version', ['parent', 'version']],
  ] as const) {
    const text = textAt(project, ...path) ?? textAt(project, 'parent', path.at(-1) ?? '');
    if (text !== null) found.set(name, text);
  }
  return found;
}

/** `${name}` replaced, five levels at most; null: something stays unknown. */
function filled(text: string | null, properties: Properties): string | null {
  let value = text;
  for (let level = 0; value?.includes('${') && level < 5; level++)
    value = value.slice(0, 500).replace(/\$\{([^}]{1,100})\}/g, (whole, name: string) => properties.get(name.trim()) ?? whole);
  return value === null || value.includes('${') ? null : value;
}

function managedVersions(project: XmlElement, properties: Properties): Map<string, string> {
  const managed = new Map<string, string>();
  for (const one of childAt(project, 'dependencyManagement', 'dependencies')?.children ?? []) {
    const version = filled(textAt(one, 'version'), properties);
    const group = filled(textAt(one, 'groupId'), properties);
    const artifact = filled(textAt(one, 'artifactId'), properties);
    if (version !== null && group !== null && artifact !== null) managed.set(`${group}:${artifact}`, version);
  }
  return managed;
}

type Reading = {
  readonly document: TextDocument;
  readonly list: PackageList;
  readonly properties: Properties;
  readonly managed: ReadonlyMap<string, string>;
};

function addDependency(element: XmlElement, { document, list, properties, managed }: Reading): void {
  const group = filled(textAt(element, 'groupId') ?? (element.name === 'plugin' ? 'org.apache.maven.plugins' : null), properties);
  const artifact = filled(textAt(element, 'artifactId'), properties);
  if (group === null || artifact === null) return;
  const written = textAt(element, 'version');
  const asked = filled(written, properties) ?? managed.get(`${group}:${artifact}`) ?? null;
  // `[1.0]` is exactly that one.
  const version = /^\[\s*([^,\s[\]()]{1,150})\s*\]$/.exec(asked ?? '')?.[1] ?? asked;
  const isRange = version !== null && /^[[(]|^(?:RELEASE|LATEST)$/.test(version);
  const scope = textAt(element, 'scope');
  list.add(
    {
      ecosystem: 'Maven',
      name: `${group}:${artifact}`,
      version: isRange ? null : version,
      // Without any version a parent or BOM decides, which is not in this file.
      requirement: isRange ? version : (written ?? null),
      relation: 'direct',
      scope:
        scope === 'test' || element.name === 'plugin' ? 'development' : textAt(element, 'optional') === 'true' ? 'optional' : 'runtime',
    },
    document.placeAt(element.offset),
  );
}
