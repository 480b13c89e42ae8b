/** What the scanner's command asks of whoever knows vulnerabilities of packages. The program that holds both joins them; neither knows the other. */
import type { Severity } from '../../contract/severity.ts';
import type { ScannedPackage } from './contract.ts';

export type PackageMatch = {
  /** `purl` of the package it is about. */
  readonly purl: string;
  /** The name people know it by: CVE, else GHSA, else its own. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** null: unknown. */
  readonly severity: Severity | null;
  readonly score: { readonly value: number; readonly vector: string } | null;
  readonly cwes: readonly string[];
  /** affected: this version is; possible: a version that the requirement allows; unknown: the version cannot be compared. */
  readonly state: 'affected' | 'possible' | 'unknown';
  readonly fixed: string | null;
  /** The package itself is an attack. */
  readonly malicious: boolean;
  readonly exploitation: Exploitation;
};
/** null: no such data is loaded, or it says nothing about this one. */
export type Exploitation = {
  /** Listed in CISA's catalogue of what is exploited. */
  readonly kev: boolean | null;
  /** Day by which the catalogue wants it mended. */
  readonly kevDue: string | null;
  readonly ransomware: boolean | null;
  /** Probability of exploitation within 30 days, 0 to 1, and the share of CVEs at or below it; with the day of the forecast. */
  readonly epss: number | null;
  readonly epssPercentile: number | null;
  readonly epssDate: string | null;
};
export type AdvisoryAnswer = {
  readonly matches: readonly PackageMatch[];
  /** How old the data is, in words: `OSV of 2026-05-01, 12,345 records`. */
  readonly basis: string;
};
/** @throws a Problem when the file is none of its snapshots. */
export type AdvisoryMatcher = (snapshotFile: string, packages: readonly ScannedPackage[]) => Promise<AdvisoryAnswer>;

let offered: AdvisoryMatcher | null = null;

/** Called once, by the program. */
export function offerAdvisories(matcher: AdvisoryMatcher): void {
  offered = matcher;
}

export function advisoryMatcher(): AdvisoryMatcher | null {
  return offered;
}
