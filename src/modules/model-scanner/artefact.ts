/** The parsed artefact every detector sees. Plain facts with places; no judgement beyond what the reader can prove. */
import type { Effect, Where } from '../../contract/finding.ts';

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
  readonly framework: 'onnx' | 'tensorflow' | 'keras' | 'torchscript' | 'tflite' | 'skops' | 'config';
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
  readonly purpose: 'tensor-data' | 'vocabulary' | 'model' | 'asset' | 'link' | 'virtual-dataset' | 'external-storage' | 'archive-member';
  /** Leaves the artefact's own folder, or is a URL. */
  readonly leavesFolder: boolean;
  readonly effect: Effect;
  readonly where: Where;
};

export type TemplateFact = { readonly language: 'jinja'; readonly key: string; readonly text: string; readonly where: Where };
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
    anomalies: [],
    unread: [],
    members: [],
    metadata: new Map(),
  };
}
