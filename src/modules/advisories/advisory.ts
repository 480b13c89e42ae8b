/** An advisory as it is kept: what matching and people need of an OSV record, nothing more. Plain data that crosses threads. */
import type { Ecosystem } from './versions/order.ts';

export type RangeEvent = { readonly kind: 'introduced' | 'fixed' | 'last_affected' | 'limit'; readonly version: string };
export type AffectedRange = {
  /** versions: of the ecosystem; commits: of a git repository. */
  readonly of: 'versions' | 'commits';
  readonly events: readonly RangeEvent[];
};
export type AffectedPackage = {
  readonly ecosystem: Ecosystem;
  /** In normal form. */
  readonly name: string;
  readonly ranges: readonly AffectedRange[];
  /** Affected one by one. */
  readonly versions: readonly string[];
};
export type AdvisorySeverity = 'critical' | 'high' | 'medium' | 'low' | 'informational';
export type Advisory = {
  readonly id: string;
  /** Other names of the same; only those declared as aliases, never `related`. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly published: string | null;
  readonly modified: string | null;
  /** Taken back at; such an advisory matches nothing. */
  readonly withdrawn: string | null;
  /** The package itself is an attack. */
  readonly malicious: boolean;
  /** Computed from the vector; null: no vector, or one that is not valid. */
  readonly cvssScore: number | null;
  readonly cvssVector: string | null;
  /** By score, else the source's own word; null: unknown. */
  readonly severity: AdvisorySeverity | null;
  readonly cwes: readonly string[];
  readonly affected: readonly AffectedPackage[];
};

/** The name people know it by: CVE, else GHSA, else its own id. */
export function shownId(ids: readonly string[]): string {
  const sorted = [...ids].sort();
  return sorted.find((id) => id.startsWith('CVE-')) ?? sorted.find((id) => id.startsWith('GHSA-')) ?? sorted[0] ?? '';
}
