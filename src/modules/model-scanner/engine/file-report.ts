/** What a scan says about one file: plain data that crosses threads. */
import type { Finding } from '../../../contract/finding.ts';
import type { Verdict } from '../../../contract/severity.ts';
import type { ActivationFact, Artefact, LicenceFact, PackageFact, ProvenanceFact, UnreadFact } from './artefact.ts';
import type { Excerpt } from './byte-places.ts';
import { verdictOf } from './verdict.ts';

/** A finding with the bytes around its place, where there are any. */
export type FoundBytes = Finding & { readonly excerpt?: Excerpt };

/** What a scan says about one file. Plain data: it crosses threads and processes. */
export type FileReport = {
  /** Path as given or below the scanned folder, with '/'. */
  readonly path: string;
  readonly format: string;
  readonly role: Artefact['role'];
  readonly size: number;
  readonly verdict: Verdict;
  readonly findings: readonly FoundBytes[];
  /** Findings beyond the first 500 of this file, which are not kept. */
  readonly findingsLeftOut: number;
  readonly unread: readonly UnreadFact[];
  readonly unreadLeftOut: number;
  readonly metadata: Readonly<Record<string, string | number>>;
  /** Artefacts found inside, itself not counted. */
  readonly members: number;
  /** Files of its own folder that it reads values from, as it names them. */
  readonly companions: readonly string[];
  /** Of the file and everything inside it, 50,000 at most. */
  readonly packages: readonly PackageFact[];
  readonly licences: readonly LicenceFact[];
  readonly activations: readonly ActivationFact[];
  readonly provenance: readonly ProvenanceFact[];
};

/** The report of a file of which nothing could be read. */
export function unreadReport(path: string, unread: UnreadFact): FileReport {
  const verdict = verdictOf([], [unread], false);
  return {
    path,
    format: 'unknown',
    role: null,
    size: 0,
    verdict,
    findings: [],
    findingsLeftOut: 0,
    unread: [unread],
    unreadLeftOut: 0,
    metadata: {},
    members: 0,
    companions: [],
    packages: [],
    licences: [],
    activations: [],
    provenance: [],
  };
}
