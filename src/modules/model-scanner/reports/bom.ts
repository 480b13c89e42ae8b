/** What goes into a bill of materials of AI things: plain rows, from a scan or from stored records alike. Nothing here is guessed: a field nobody stated is null or empty. */

export type BomLicence = {
  /** SPDX id or expression, or a name as written. */
  readonly expression: string;
  /** declared: the author says so; concluded: somebody looked at a licence text. */
  readonly acknowledgement: 'declared' | 'concluded';
};
/** `algorithm` in CycloneDX's spelling; `hex` in lower case. */
export type BomDigest = { readonly algorithm: 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512' | 'BLAKE3'; readonly hex: string };
/** Where it was found, and how sure that is. */
export type BomOccurrence = { readonly location: string; readonly line: number | null; readonly offset: number | null };
export type BomIdentity = {
  readonly field: 'name' | 'version' | 'purl' | 'hash';
  /** 0 to 1. */
  readonly confidence: number;
  readonly technique: 'source-code-analysis' | 'binary-analysis' | 'manifest-analysis' | 'hash-comparison' | 'filename' | 'other';
  readonly value: string;
};

type Thing = {
  /** Unique in the document and the same in every document about the same thing: its path, purl or id. */
  readonly key: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly supplier: string | null;
  readonly description: string | null;
  readonly licences: readonly BomLicence[];
  readonly digests: readonly BomDigest[];
  readonly occurrences: readonly BomOccurrence[];
  readonly identity: readonly BomIdentity[];
  /** More facts, under `ai-spm:<name>`. */
  readonly properties: ReadonlyMap<string, string>;
  /** Keys of what it needs. */
  readonly needs: readonly string[];
};

export type BomModel = Thing & {
  readonly format: string | null;
  readonly approach: 'supervised' | 'unsupervised' | 'reinforcement-learning' | 'semi-supervised' | 'self-supervised' | null;
  readonly task: string | null;
  readonly architectureFamily: string | null;
  readonly architecture: string | null;
  /** Names of the data it was made with; a key of `datasets` where the data itself is listed. */
  readonly trainedOn: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Models it was made from, by name. */
  readonly ancestors: readonly { readonly name: string; readonly purl: string | null }[];
  readonly metrics: readonly { readonly type: string; readonly value: string; readonly slice: string | null }[];
  readonly limitations: readonly string[];
  readonly useCases: readonly string[];
};
export type BomDataset = Thing & { readonly format: string | null; readonly sensitive: readonly string[] };
export type BomPackage = Thing & { readonly scope: 'required' | 'optional' };
export type BomFile = Thing;
export type BomService = {
  readonly key: string;
  readonly name: string;
  readonly provider: string | null;
  readonly endpoints: readonly string[];
  readonly authenticated: boolean | null;
  readonly properties: ReadonlyMap<string, string>;
};
export type BomVulnerability = {
  /** CVE, GHSA, or the rule of a finding. */
  readonly id: string;
  readonly source: { readonly name: string; readonly url: string | null };
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info' | 'unknown';
  readonly score: { readonly value: number; readonly method: 'CVSSv2' | 'CVSSv3' | 'CVSSv31' | 'CVSSv4'; readonly vector: string } | null;
  readonly cwes: readonly number[];
  readonly description: string;
  readonly recommendation: string | null;
  /** Keys of the things it is about. */
  readonly affects: readonly { readonly key: string; readonly version: string | null }[];
};

export type Bom = {
  readonly subject: { readonly name: string; readonly version: string | null; readonly type: 'application' | 'machine-learning-model' };
  readonly toolVersion: string;
  /** ISO time; null leaves it out, so that the same content gives the same document. */
  readonly createdAt: string | null;
  readonly models: readonly BomModel[];
  readonly datasets: readonly BomDataset[];
  readonly packages: readonly BomPackage[];
  /** Code and settings that models need. */
  readonly files: readonly BomFile[];
  readonly services: readonly BomService[];
  readonly vulnerabilities: readonly BomVulnerability[];
  /** false: something was not read, so that parts may be missing. */
  readonly complete: boolean;
};

/** A thing about which nothing is stated but its key and name: a start for makers of rows. */
export function bomThing(key: string, name: string): Thing {
  return {
    key,
    name,
    version: null,
    purl: null,
    supplier: null,
    description: null,
    licences: [],
    digests: [],
    occurrences: [],
    identity: [],
    properties: new Map(),
    needs: [],
  };
}

export function bomModel(key: string, name: string): BomModel {
  return {
    ...bomThing(key, name),
    format: null,
    approach: null,
    task: null,
    architectureFamily: null,
    architecture: null,
    trainedOn: [],
    inputs: [],
    outputs: [],
    ancestors: [],
    metrics: [],
    limitations: [],
    useCases: [],
  };
}
