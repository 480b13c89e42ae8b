/** What the readers of packages and licences know about the world: plain data that can be sent to a worker thread. */
import type { LicenceTerms } from '../engine/artefact.ts';
import type { PackageNames } from './similar-name.ts';

export type LicenceNames = {
  /** Identifier in lower case → SPDX identifier or common name, and its terms. */
  readonly byName: ReadonlyMap<string, { readonly id: string; readonly terms: LicenceTerms }>;
  /** Texts of licences: all phrases must stand in the normalised text. The most telling first. */
  readonly texts: readonly {
    readonly id: string;
    readonly terms: LicenceTerms;
    readonly phrases: readonly string[];
    readonly without: readonly string[];
  }[];
};
export type SupplyTables = { readonly names: PackageNames; readonly licences: LicenceNames };
