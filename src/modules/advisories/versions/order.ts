/** Which of two versions is newer, by the rules of their own ecosystem. */

import { compareMavenVersions } from './maven.ts';
import { compareNugetVersions } from './nuget.ts';
import { comparePackagistVersions } from './packagist.ts';
import { comparePythonVersions } from './python.ts';
import { compareGemVersions } from './rubygems.ts';
import { compareSemanticVersions } from './semantic.ts';

/** Ecosystems as OSV names them. @source OSV schema 1.7, "affected[].package" */
export const ecosystems = ['PyPI', 'npm', 'Go', 'crates.io', 'Maven', 'NuGet', 'RubyGems', 'Packagist'] as const;
export type Ecosystem = (typeof ecosystems)[number];

/** Negative: left is older; 0: the same; positive: left is newer; null: one of them is no version of this ecosystem. */
export type VersionOrder = (left: string, right: string) => number | null;

const orders: Readonly<Record<Ecosystem, VersionOrder>> = {
  PyPI: comparePythonVersions,
  npm: compareSemanticVersions,
  Go: compareSemanticVersions,
  'crates.io': compareSemanticVersions,
  Maven: compareMavenVersions,
  NuGet: compareNugetVersions,
  RubyGems: compareGemVersions,
  Packagist: comparePackagistVersions,
};

export function versionOrder(ecosystem: Ecosystem): VersionOrder {
  return orders[ecosystem];
}

/** `Maven:https://…` is Maven; null: an ecosystem whose versions we cannot order. */
export function ecosystemOf(name: string): Ecosystem | null {
  const bare = name.split(':', 1)[0];
  return ecosystems.find((known) => known === bare) ?? null;
}
