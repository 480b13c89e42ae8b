/** Packages named by manifests and lock files, in every form the ecosystems write them. Only names, versions and lines. */

import { asList, asRecord, asText, field, parseJson, parseToml, parseYaml } from '../document.ts';
import type { Ecosystem } from '../evidence/ai-catalog.ts';

export type Requirement = {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** One exact version, or null when a range or nothing is stated. */
  readonly version: string | null;
  /** As written, e.g. `>=2,<3`. */
  readonly range: string;
  readonly line: number | null;
};
type Reader = (text: string) => Requirement[];

const byName = new Map<string, { method: 'manifest' | 'lockfile'; read: Reader }>([
  ['pyproject.toml', { method: 'manifest', read: pyproject }],
  ['poetry.lock', { method: 'lockfile', read: (text) => tomlPackages(text, 'pypi') }],
  ['uv.lock', { method: 'lockfile', read: (text) => tomlPackages(text, 'pypi') }],
  ['pdm.lock', { method: 'lockfile', read: (text) => tomlPackages(text, 'pypi') }],
  ['Pipfile', { method: 'manifest', read: pipfile }],
  ['Pipfile.lock', { method: 'lockfile', read: pipfileLock }],
  ['environment.yml', { method: 'manifest', read: conda }],
  ['environment.yaml', { method: 'manifest', read: conda }],
  ['conda.yml', { method: 'manifest', read: conda }],
  ['conda.yaml', { method: 'manifest', read: conda }],
  ['setup.cfg', { method: 'manifest', read: requirementsText }],
  ['package.json', { method: 'manifest', read: packageJson }],
  ['package-lock.json', { method: 'lockfile', read: packageLock }],
  ['npm-shrinkwrap.json', { method: 'lockfile', read: packageLock }],
  ['pnpm-lock.yaml', { method: 'lockfile', read: pnpmLock }],
  ['yarn.lock', { method: 'lockfile', read: yarnLock }],
  ['go.mod', { method: 'manifest', read: goMod }],
  ['Cargo.toml', { method: 'manifest', read: cargoToml }],
  ['Cargo.lock', { method: 'lockfile', read: (text) => tomlPackages(text, 'cargo') }],
  ['pom.xml', { method: 'manifest', read: pom }],
  ['build.gradle', { method: 'manifest', read: gradle }],
  ['build.gradle.kts', { method: 'manifest', read: gradle }],
]);

/** The reader of a manifest by its file name, or null. */
export function requirementReader(name: string): { method: 'manifest' | 'lockfile'; read: Reader } | null {
  const known = byName.get(name);
  if (known) return known;
  if (/^(?:[\w.-]{0,60}[-_.])?(?:requirements|constraints)(?:[-_.][\w.-]{0,60})?\.(?:txt|in)$/i.test(name))
    return { method: 'manifest', read: requirementsText };
  if (name.endsWith('.csproj')) return { method: 'manifest', read: csproj };
  return null;
}

const requirementLine =
  /^\s{0,20}([A-Za-z0-9][\w.-]{0,100})\s{0,4}(?:\[[^\]\n]{0,200}\])?\s{0,4}((?:===|==|>=|<=|~=|!=|<|>|@)[^;#\n]{0,200})?\s{0,4}(?:;[^\n]{0,300})?(?:\s#[^\n]{0,300})?\\?$/;

/** requirements.txt: options, URLs without a name, comments and hashes are no packages. */
export function requirementsText(text: string): Requirement[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const match = requirementLine.exec(line.replace(/\s--hash=.*$/, ''));
    return match?.[1] ? [python(match[1], (match[2] ?? '').trim(), index + 1)] : [];
  });
}

function python(name: string, range: string, line: number | null): Requirement {
  const exact = /^={2,3}\s*([\w.!+-]{1,80})$/.exec(range)?.[1] ?? null;
  return { ecosystem: 'pypi', name, version: exact !== null && !exact.includes('*') ? exact : null, range, line };
}

/** PEP 508 text inside a list, with the line where the name stands. */
function pep508(spec: string, text: string): Requirement[] {
  const match = requirementLine.exec(spec);
  return match?.[1] ? [python(match[1], (match[2] ?? '').trim(), lineOf(text, match[1]))] : [];
}

function pyproject(text: string): Requirement[] {
  const root = asRecord(parseToml(text));
  const project = asRecord(field(root, 'project'));
  const lists = [
    field(project, 'dependencies'),
    ...Object.values(asRecord(field(project, 'optional-dependencies')) ?? {}),
    ...Object.values(asRecord(field(root, 'dependency-groups')) ?? {}),
  ];
  const listed = lists.flatMap(asList).flatMap((spec) => (typeof spec === 'string' ? pep508(spec, text) : []));
  const poetry = asRecord(field(asRecord(field(root, 'tool')), 'poetry'));
  const groups = Object.values(asRecord(field(poetry, 'group')) ?? {}).map((group) => field(asRecord(group), 'dependencies'));
  const tables = [field(poetry, 'dependencies'), field(poetry, 'dev-dependencies'), ...groups];
  return [...listed, ...tables.flatMap((table) => versionTable(table, 'pypi', text))];
}

/** `name = "1.2"` or `name = { version = "1.2" }`. */
function versionTable(table: unknown, ecosystem: Ecosystem, text: string): Requirement[] {
  return Object.entries(asRecord(table) ?? {}).flatMap(([name, value]) => {
    if (name === 'python') return [];
    const range = asText(value) ?? asText(field(asRecord(value), 'version')) ?? '';
    const renamed = asText(field(asRecord(value), 'package')) ?? name;
    const exact = /^=?=?\s*(\d[\w.+-]{0,60})$/.exec(range)?.[1] ?? null;
    const pinned = ecosystem === 'cargo' ? range.startsWith('=') : range.startsWith('==') || /^\d/.test(range);
    return [{ ecosystem, name: renamed, version: pinned ? exact : null, range, line: lineOf(text, name) }];
  });
}

function tomlPackages(text: string, ecosystem: Ecosystem): Requirement[] {
  return asList(field(asRecord(parseToml(text)), 'package')).flatMap((entry) => {
    const name = asText(field(asRecord(entry), 'name'));
    const version = asText(field(asRecord(entry), 'version'));
    return name === null ? [] : [{ ecosystem, name, version, range: version ?? '', line: lineOf(text, `name = "${name}"`) }];
  });
}

function pipfile(text: string): Requirement[] {
  const root = asRecord(parseToml(text));
  return [...versionTable(field(root, 'packages'), 'pypi', text), ...versionTable(field(root, 'dev-packages'), 'pypi', text)];
}

function pipfileLock(text: string): Requirement[] {
  const root = asRecord(parseJson(text));
  return ['default', 'develop'].flatMap((group) =>
    Object.entries(asRecord(field(root, group)) ?? {}).map(([name, entry]) =>
      python(name, asText(field(asRecord(entry), 'version')) ?? '', lineOf(text, `"${name}"`)),
    ),
  );
}

function conda(text: string): Requirement[] {
  const root = asRecord(parseYaml(text)[0]);
  return asList(field(root, 'dependencies')).flatMap((entry) => {
    if (typeof entry === 'string') {
      const match = /^(?:[\w.-]+::)?([A-Za-z0-9][\w.-]{0,100})\s*(?:(==?|>=|<=|<|>)\s*([\w.*]{1,60}))?/.exec(entry);
      const name = match?.[1] === 'pytorch' ? 'torch' : match?.[1];
      if (!name) return [];
      const exact = match?.[2]?.startsWith('=') && match[3] !== undefined && !match[3].includes('*') ? match[3] : null;
      return [
        {
          ecosystem: 'pypi' as const,
          name,
          version: exact,
          range: `${match?.[2] ?? ''}${match?.[3] ?? ''}`,
          line: lineOf(text, match?.[1] ?? name),
        },
      ];
    }
    return asList(field(asRecord(entry), 'pip')).flatMap((spec) => (typeof spec === 'string' ? pep508(spec, text) : []));
  });
}

function packageJson(text: string): Requirement[] {
  const root = asRecord(parseJson(text));
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((group) =>
    Object.entries(asRecord(field(root, group)) ?? {}).map(([name, range]) => script(name, asText(range) ?? '', lineOf(text, `"${name}"`))),
  );
}

function script(name: string, range: string, line: number | null): Requirement {
  return { ecosystem: 'npm', name, version: /^\d+\.\d+\.\d+[\w.+-]*$/.test(range) ? range : null, range, line };
}

function packageLock(text: string): Requirement[] {
  const root = asRecord(parseJson(text));
  const packages = Object.entries(asRecord(field(root, 'packages')) ?? {}).flatMap(([path, entry]) => {
    const at = path.lastIndexOf('node_modules/');
    return at < 0 ? [] : [script(path.slice(at + 13), asText(field(asRecord(entry), 'version')) ?? '', lineOf(text, `"${path}"`))];
  });
  if (packages.length > 0) return packages;
  return Object.entries(asRecord(field(root, 'dependencies')) ?? {}).map(([name, entry]) =>
    script(name, asText(field(asRecord(entry), 'version')) ?? '', lineOf(text, `"${name}"`)),
  );
}

/** pnpm writes `/name@1.2.3` or `name@1.2.3(peer)` as keys under packages. */
function pnpmLock(text: string): Requirement[] {
  return matches(text, /^ {2}['"]?\/?((?:@[\w.-]{1,60}\/)?[\w.-]{1,100})@(\d[\w.+-]{0,60})(?:\([^\n]{0,400})?['"]?:/gm).map(
    ({ groups, line }) => ({
      ...script(groups[0] ?? '', groups[1] ?? '', line),
    }),
  );
}

function yarnLock(text: string): Requirement[] {
  return matches(text, /^"?((?:@[\w.-]{1,60}\/)?[\w.-]{1,100})@[^\n]{1,300}:\n\s{2}version:? "?(\d[\w.+-]{0,60})"?/gm).map(
    ({ groups, line }) => ({
      ...script(groups[0] ?? '', groups[1] ?? '', line),
    }),
  );
}

function goMod(text: string): Requirement[] {
  return matches(text, /^(?:require\s{1,4}|\t| {1,8})([\w.-]{1,100}(?:\/[\w.~-]{1,100}){0,12})\s{1,4}v([\w.+-]{1,100})/gm).map(
    ({ groups, line }) => ({
      ecosystem: 'go' as const,
      name: groups[0] ?? '',
      version: `v${groups[1] ?? ''}`,
      range: `v${groups[1] ?? ''}`,
      line,
    }),
  );
}

function cargoToml(text: string): Requirement[] {
  const root = asRecord(parseToml(text));
  const workspace = asRecord(field(root, 'workspace'));
  const tables = [
    field(root, 'dependencies'),
    field(root, 'dev-dependencies'),
    field(root, 'build-dependencies'),
    field(workspace, 'dependencies'),
  ];
  return tables.flatMap((table) => versionTable(table, 'cargo', text));
}

/** Text shapes only: no entity or DOCTYPE is looked at. */
function pom(text: string): Requirement[] {
  const shape =
    /<dependency>\s{0,200}<groupId>([\w.-]{1,120})<\/groupId>\s{0,200}<artifactId>([\w.-]{1,120})<\/artifactId>\s{0,200}(?:<version>([\w.${}-]{1,80})<\/version>)?/g;
  return matches(text, shape).map(({ groups, line }) => java(`${groups[0]}:${groups[1]}`, groups[2] ?? '', line));
}

function gradle(text: string): Requirement[] {
  return matches(
    text,
    /\b(?:implementation|api|compileOnly|runtimeOnly|compile)\s{0,4}\(?\s{0,4}["']([\w.-]{1,120}:[\w.-]{1,120}):([\w.${}-]{1,80})["']/g,
  ).map(({ groups, line }) => java(groups[0] ?? '', groups[1] ?? '', line));
}

function java(name: string, range: string, line: number): Requirement {
  return { ecosystem: 'maven', name, version: /^[\w.-]+$/.test(range) ? range : null, range, line };
}

function csproj(text: string): Requirement[] {
  return matches(text, /<PackageReference\s{1,40}Include="([\w.-]{1,120})"(?:\s{1,40}Version="([\w.*-]{1,60})")?/g).map(
    ({ groups, line }) => {
      const range = groups[1] ?? '';
      return { ecosystem: 'nuget' as const, name: groups[0] ?? '', version: /^[\d][\w.-]*$/.test(range) ? range : null, range, line };
    },
  );
}

function matches(text: string, pattern: RegExp): { groups: (string | undefined)[]; line: number }[] {
  let line = 1;
  let from = 0;
  return [...text.matchAll(pattern)].map((match) => {
    for (let at = text.indexOf('\n', from); at >= 0 && at < match.index; at = text.indexOf('\n', at + 1)) line += 1;
    from = match.index;
    return { groups: match.slice(1), line };
  });
}

function lineOf(text: string, needle: string): number | null {
  const at = text.indexOf(needle);
  if (at < 0) return null;
  let line = 1;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line += 1;
  return line;
}
