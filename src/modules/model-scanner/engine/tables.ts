/** What the readers know about the world: plain data that can be sent to a worker thread. */
import type { Effect } from '../../../contract/finding.ts';
import type { SupplyTables } from '../packages/supply-tables.ts';
import type { PickleFactTables } from '../pickle/tables.ts';
import type { SecretTable } from '../secrets/secret-table.ts';
import type { Trust } from '../signatures/trust.ts';

export type OperatorEffect = { readonly effect: Effect; readonly certainty: 'proved' | 'possible'; readonly why: string };

export type GraphOperators = {
  /** Operator, function or class → what running it does. */
  readonly harmful: ReadonlyMap<string, OperatorEffect>;
  /** Names, namespaces or packages that are the framework's own. */
  readonly known: ReadonlySet<string>;
};

export type OperatorTables = {
  /** TensorFlow operator → what running the graph does outside it. Operators not listed touch tensors only. */
  readonly tensorflow: ReadonlyMap<string, OperatorEffect>;
  /** `domain name` or `domain *` → what running it does. */
  readonly onnx: ReadonlyMap<string, OperatorEffect>;
  /** Operator domains every ONNX runtime ships. */
  readonly onnxDomains: ReadonlySet<string>;
  /** Modules whose objects are part of Keras; everything below one counts too. */
  readonly kerasModules: ReadonlySet<string>;
  /** Class names of Keras itself: old files name classes without their module. */
  readonly kerasClasses: ReadonlySet<string>;
  /** Further frameworks by name: tflite, executorch, paddle, mxnet, r, java. One without a table knows nothing. Of TensorFlow: its names. */
  readonly graphs: ReadonlyMap<string, GraphOperators>;
};

export type ScanTables = {
  readonly pickle: PickleFactTables;
  readonly operators: OperatorTables;
  readonly secrets: SecretTable;
  readonly supply: SupplyTables;
  /** Whom the person who scans trusts as signer; absent: nobody was named. */
  readonly trust?: Trust;
};
