/** The parsed artefact every detector sees. Plain facts with places; no judgement beyond what the reader can prove. */
import type { Effect, Where } from '../../../contract/finding.ts';

/** A name a pickle resolves to code, after Python 2→3 mapping and dotted-path resolution. */
export type GlobalFact = {
  readonly kind: 'global';
  readonly module: string;
  readonly name: string;
  /** As written, when it differs (mapped name, dotted path, computed text). */
  readonly written?: string;
  /** How it is used: built as a class, called as a function, or only referenced. */
  readonly position: 'class' | 'call' | 'reference';
  /** What our tables say about it in that position. 'unlisted': no fact at all. */
  readonly judgement: 'allowed' | 'harmful' | 'unlisted' | 'computed';
  readonly effect: Effect;
  readonly certainty: 'proved' | 'possible' | 'unknown';
  /** Where `module` comes from, for names not in a table. */
  readonly origin: 'standard-library' | 'ai-package' | 'unknown-package';
  /** Decompiled, `os.system('id')`, cut at 200 characters and escaped. */
  readonly expression: string;
  readonly where: Where;
};

/** Something that breaks the format's own rules or on which two readers disagree. */
export type AnomalyFact = {
  /** Closed list per reader, kebab-case: 'zip-name-mismatch', 'pickle-missing-stop', 'safetensors-hole', … */
  readonly code: string;
  /** 'lie': readers disagree or a stream is hidden; 'broken': malformed; 'bomb': would exhaust the reader. */
  readonly nature: 'lie' | 'broken' | 'bomb';
  readonly proved: boolean;
  readonly detail: string;
  readonly where: Where;
};

/** A graph operator, layer or class named by a structured format (ONNX, TensorFlow, Keras, skops…). */
export type OperatorFact = {
  readonly framework:
    | 'onnx'
    | 'tensorflow'
    | 'keras'
    | 'torchscript'
    | 'tflite'
    | 'executorch'
    | 'coreml'
    | 'paddle'
    | 'mxnet'
    | 'openvino'
    | 'tensorrt'
    | 'pmml'
    | 'torch7'
    | 'caffe'
    | 'java'
    | 'arrow'
    | 'numpy'
    | 'r'
    | 'skops'
    | 'config';
  readonly domain: string;
  readonly name: string;
  readonly known: boolean;
  readonly effect: Effect;
  readonly certainty: 'proved' | 'possible' | 'unknown';
  readonly detail: string;
  readonly where: Where;
};

export type ExternalPathFact = {
  readonly text: string;
  readonly purpose:
    | 'tensor-data'
    | 'vocabulary'
    | 'model'
    | 'asset'
    | 'link'
    | 'virtual-dataset'
    | 'external-storage'
    | 'archive-member'
    | 'symbolic-link'
    | 'hard-link';
  /** Leaves the artefact's own folder, or is a URL. */
  readonly leavesFolder: boolean;
  readonly effect: Effect;
  /** Bytes the other file must have at least; absent when nothing says so. */
  readonly reaches?: number;
  readonly where: Where;
};

export type TemplateFact = { readonly language: 'jinja'; readonly key: string; readonly text: string; readonly where: Where };
/** Families of hostile source that need no activation to be told apart from ordinary code. */
export type SourceFamily =
  | 'dropper'
  | 'hidden-code'
  | 'reverse-shell'
  | 'exfiltration'
  | 'persistence'
  | 'destruction'
  | 'shellcode'
  | 'install-hook';
/** What Python source does, as far as constant folding shows. */
export type SourceCallFact = {
  /** As written, names resolved: `os.system('id')`, cut at 200 characters and escaped. */
  readonly expression: string;
  readonly effect: Effect;
  readonly certainty: 'proved' | 'possible' | 'unknown';
  /** Module level, class bodies, decorators, default arguments and install hooks run when the file is imported. */
  readonly runs: 'on-import' | 'when-built' | 'when-called';
  /** What has the file imported, `auto_map of config.json`; null: nobody that we saw. */
  readonly activatedBy: string | null;
  /** The name or text was put together to be hard to read. */
  readonly disguised: boolean;
  /** In a word, when it is one of the known ways to harm; with the reason in words in `because`. */
  readonly family?: SourceFamily;
  readonly because?: string;
  readonly where: Where;
};
/** This artefact has a Python file of its own folder imported or run by a loader. */
export type ActivationFact = {
  /** Relative to the folder of the artefact, with '/': `modeling_acme.py`. */
  readonly file: string;
  /** In words: `auto_map of config.json`. */
  readonly by: string;
  /** Holds only once the artefact that says so is activated itself: an import written in a Python file. */
  readonly onlyWhenActivated?: boolean;
  /** Building or installing the package starts it: starting tools is the work of such a file, hiding what it does is not. */
  readonly builds?: boolean;
  readonly where: Where;
};

/** A package that a manifest asks for or a lockfile fixes. */
export type PackageFact = {
  /** OSV's names of ecosystems; conda has none there. */
  readonly ecosystem: 'PyPI' | 'npm' | 'Go' | 'crates.io' | 'Maven' | 'NuGet' | 'conda' | 'RubyGems' | 'Packagist';
  /** Normalised as its ecosystem does: PEP 503 for PyPI, `group:artifact` for Maven. */
  readonly name: string;
  /** Exact, as locked or pinned; null: only a range is known. */
  readonly version: string | null;
  /** The range as written; null in lockfiles. */
  readonly requirement: string | null;
  readonly relation: 'direct' | 'transitive' | 'unknown';
  readonly scope: 'runtime' | 'development' | 'optional';
  /** `sha256:…` or `sha512-…` as locked; null: nothing fixes the bytes. */
  readonly digest: string | null;
  /** Where it comes from when that is not the ecosystem's public index: an address or a path, credentials removed. */
  readonly origin: string | null;
  /** @source package-url specification. */
  readonly purl: string;
  readonly where: Where;
};

/** A value that opens something. The value itself never leaves the reader. */
export type SecretFact = {
  /** Id in `catalog/secrets`. */
  readonly kind: string;
  readonly title: string;
  /** First four characters at most. */
  readonly shown: string;
  /** First 16 hex digits of its SHA-256, to recognise it elsewhere. */
  readonly digest: string;
  /** proved: its checksum or structure holds; possible: it looks like one. */
  readonly certainty: 'proved' | 'possible';
  readonly where: Where;
};

export type LicenceTerms = 'permissive' | 'copyleft' | 'use-restricted' | 'non-commercial' | 'research-only' | 'unknown';
export type LicenceFact = {
  /** SPDX expression, or the name as written when it is none. */
  readonly expression: string;
  readonly source: 'card' | 'licence-text' | 'manifest' | 'file-header';
  readonly terms: LicenceTerms;
  readonly where: Where;
};

/** One setting, line or instruction of a configuration that is unsafe by itself; a detector per `code` family judges it. */
export type PracticeFact = {
  readonly subject:
    | 'dockerfile'
    | 'compose'
    | 'kubernetes'
    | 'github-workflow'
    | 'gitlab-ci'
    | 'pipeline'
    | 'package-manifest'
    | 'notebook'
    | 'mcp-config'
    | 'agent-instructions'
    | 'model-server'
    | 'repository'
    | 'data-set'
    | 'script';
  /** Closed list per subject, kebab-case: 'runs-as-root', 'untrusted-checkout', 'unpinned-action', … */
  readonly code: string;
  readonly detail: string;
  /** The line or value, secrets removed, cut at 300 characters. */
  readonly text: string;
  readonly certainty: 'proved' | 'possible';
  readonly where: Where;
};

/** What is known of whoever made a signature that holds; nothing of it ever lowers a verdict. */
export type SignerTrust = {
  /** trusted: the very key or name was given as trusted; certified: a trusted authority vouches for a name that nobody said to expect. */
  readonly trust: 'trusted' | 'certified' | 'untrusted' | 'nobody-named';
  /** As a sentence part. */
  readonly because: string;
};
/** A signature over the bytes of a file, which are read after the walk. */
export type PendingSignature = {
  /** Base64. */
  readonly signature: string;
  readonly keys: readonly {
    /** SPKI as PEM. */
    readonly key: string;
    /** The statement itself names this key. */
    readonly claimed: boolean;
    readonly signer: SignerTrust;
  }[];
};

/** A statement beside the artefact about the bytes of files: digests of a signed manifest, a registry or an index. */
export type ProvenanceFact = {
  readonly kind: 'sigstore-bundle' | 'model-signing' | 'oci-manifest' | 'ollama-manifest' | 'checksum-list' | 'dvc';
  /** Files it speaks about, relative to its folder. */
  readonly subjects: readonly {
    readonly file: string;
    readonly algorithm: string;
    readonly digest: string;
    readonly size: number | null;
  }[];
  /** Who signed, as far as the statement says; never a reason to lower a verdict. */
  readonly signer: string | null;
  readonly pending?: PendingSignature;
  readonly where: Where;
};

/** Python source or byte code stored in the artefact. */
export type CodeFact = {
  readonly language: 'python' | 'python-bytecode' | 'torchscript' | 'native';
  readonly activated: boolean;
  readonly detail: string;
  readonly text: string;
  readonly where: Where;
};
/** A part that could not be read to the end, and why. Makes the verdict at best `incomplete`. */
export type UnreadFact = {
  readonly reason: 'unsupported' | 'encrypted' | 'budget' | 'reader-failed' | 'truncated' | 'permission';
  readonly detail: string;
  readonly where: Where;
};

export type Artefact = {
  /** Format word: 'pickle', 'torch-zip', 'zip', 'safetensors', 'gguf', 'onnx', 'keras-zip', 'hdf5', 'npy', 'joblib', 'gzip', 'unknown', … */
  readonly format: string;
  readonly where: Where;
  readonly size: number;
  /** Counts as something a person would call a model, data set, … ; null for plain files that are not AI artefacts. */
  readonly role: 'model' | 'dataset' | 'config' | 'code' | 'container' | null;
  readonly globals: readonly GlobalFact[];
  readonly operators: readonly OperatorFact[];
  readonly externalPaths: readonly ExternalPathFact[];
  readonly templates: readonly TemplateFact[];
  readonly code: readonly CodeFact[];
  readonly sourceCalls: readonly SourceCallFact[];
  readonly activations: readonly ActivationFact[];
  readonly packages: readonly PackageFact[];
  readonly secrets: readonly SecretFact[];
  readonly licences: readonly LicenceFact[];
  readonly practices: readonly PracticeFact[];
  readonly provenance: readonly ProvenanceFact[];
  readonly anomalies: readonly AnomalyFact[];
  readonly unread: readonly UnreadFact[];
  readonly members: readonly Artefact[];
  /** Facts for the inventory and the BOM: tensor count, parameters, architecture, producer, … Values are bounded text or numbers. */
  readonly metadata: ReadonlyMap<string, string | number>;
};

/** An artefact with nothing in it: readers and detector examples start here. */
export function emptyArtefact(format: string, where: Where, size: number): Artefact {
  return {
    format,
    where,
    size,
    role: null,
    globals: [],
    operators: [],
    externalPaths: [],
    templates: [],
    code: [],
    sourceCalls: [],
    activations: [],
    packages: [],
    secrets: [],
    licences: [],
    practices: [],
    provenance: [],
    anomalies: [],
    unread: [],
    members: [],
    metadata: new Map(),
  };
}
