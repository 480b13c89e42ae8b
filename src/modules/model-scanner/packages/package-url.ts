/** Package urls and names in the form their ecosystem compares them. */
import type { PackageFact } from '../engine/artefact.ts';

export type Ecosystem = PackageFact['ecosystem'];

const types: Readonly<Record<Ecosystem, string>> = {
  PyPI: 'pypi',
  npm: 'npm',
  Go: 'golang',
  'crates.io': 'cargo',
  Maven: 'maven',
  NuGet: 'nuget',
  conda: 'conda',
  RubyGems: 'gem',
  Packagist: 'composer',
};

/** PyPI by PEP 503; conda, Packagist and npm in lower case; the others as written. */
export function normalPackageName(ecosystem: Ecosystem, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-');
  if (ecosystem === 'conda' || ecosystem === 'Packagist' || ecosystem === 'npm') return name.toLowerCase();
  return name;
}

/** @source package-url specification, "Rules for each purl component". Namespaces keep their slashes, Maven's colon becomes one. */
export function packageUrl(ecosystem: Ecosystem, name: string, version: string | null): string {
  const path = (ecosystem === 'Maven' ? name.replace(':', '/') : name).split('/').map(encoded).join('/');
  return `pkg:${types[ecosystem]}/${path}${version === null ? '' : `@${encoded(version)}`}`;
}

function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed()).replaceAll('%3A', ':');
}
