/** What the pickle engine is given and what it says. */
import type { Where } from '../../../contract/finding.ts';
import type { AnomalyFact, GlobalFact, UnreadFact } from '../engine/artefact.ts';
import type { Budget } from '../engine/budget.ts';
import type { PickleFactTables } from './tables.ts';

export type PicklePlace = {
  readonly containerPath: readonly string[];
  /** Byte in the source at which the pickle starts. */
  readonly offset: number;
  /** The stream is expected to fill the source: what follows STOP is read too. */
  readonly whole: boolean;
  readonly flavour?: 'plain' | 'torch-zip' | 'torch-legacy' | 'joblib';
};

export type PickleTools = {
  readonly budget: Budget;
  readonly facts: PickleFactTables;
  /** Embedded bytes that look like a pickle, an archive or a compressed stream, or that the pickle hands to a loader. */
  nested(bytes: Uint8Array, name: string): void;
};

/** A torch storage named by a persistent id: `('storage', torch.FloatStorage, '0', 'cpu', 12)`. */
export type StorageFact = {
  readonly key: string;
  /** Storage class as written: `FloatStorage`, `UntypedStorage`, … */
  readonly type: string;
  readonly location: string;
  readonly elements: number;
  /** Bytes of one element; null when the storage class is not known. */
  readonly elementBytes: number | null;
  readonly where: Where;
};

/** An array whose bytes lie in the stream (joblib) or in a bytes constant (numpy). */
export type ArrayFact = {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of raw data in the stream; null when the array is stored in a bytes constant. */
  readonly dataBytes: number | null;
  readonly where: Where;
};

/** A file the pickle asks its loader to open: joblib's old `NDArrayWrapper`. */
export type PicklePathFact = { readonly text: string; readonly where: Where };

export type PickleFacts = {
  readonly globals: readonly GlobalFact[];
  readonly anomalies: readonly AnomalyFact[];
  readonly unread: readonly UnreadFact[];
  /** The first text constants of 8 characters and more, for the search for secrets. */
  readonly strings: readonly { readonly text: string; readonly where: Where }[];
  /** Byte in the source after the last byte that was understood. */
  readonly end: number;
  /** Streams that ended with STOP. */
  readonly pickles: number;
  readonly persistentIds: number;
  readonly storages: readonly StorageFact[];
  readonly arrays: readonly ArrayFact[];
  readonly externalPaths: readonly PicklePathFact[];
  /** Highest protocol announced or used, 0–5. */
  readonly protocol: number;
  readonly opcodes: number;
  /** Torch tensors rebuilt, and the sum of their elements. */
  readonly tensors: number;
  readonly parameters: number;
};
