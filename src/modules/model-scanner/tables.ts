/** What the readers know about the world: plain data that can be sent to a worker thread. */
import type { Effect } from '../../contract/finding.ts';
import type { PickleFactTables } from './pickle/tables.ts';

export type OperatorEffect = { readonly effect: Effect; readonly certainty: 'proved' | 'possible'; readonly why: string };

export type OperatorTables = {
  /** TensorFlow operator → what running the graph does outside it. Operators not listed touch tensors only. */
  readonly tensorflow: ReadonlyMap<string, OperatorEffect>;
  /** `domain name` or `domain *` → what running it does. */
  readonly onnx: ReadonlyMap<string, OperatorEffect>;
  /** Operator domains every ONNX runtime ships. */
  readonly onnxDomains: ReadonlySet<string>;
  /** `module class` or `module *` of Keras objects that are built-in. */
  readonly kerasModules: ReadonlySet<string>;
};

export type ScanTables = { readonly pickle: PickleFactTables; readonly operators: OperatorTables };
