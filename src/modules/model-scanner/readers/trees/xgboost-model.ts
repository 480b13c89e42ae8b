/** XGBoost's model as JSON has it, from JSON or UBJSON: counts against lists, trees against themselves, paths in parameters. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, lie, type ReaderTools } from '../../engine/reader.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import type { JsonObject, JsonValue } from '../parts/json-tokens.ts';
import { treeFault } from './tree-shape.ts';

/** A learner with a booster, and the version that wrote it. @source xgboost/doc/model.schema. */
export function isXgboost(root: JsonValue): root is JsonObject {
  const learner = root instanceof Map ? root.get('learner') : undefined;
  return learner instanceof Map && learner.has('gradient_booster');
}

export function readXgboost(root: JsonObject, draft: Draft, tools: ReaderTools): void {
  const learner = objectAt(root, 'learner');
  const version = root.get('version');
  if (Array.isArray(version)) draft.metadata.set('version', version.map(String).join('.').slice(0, 40));
  const objective = objectAt(learner, 'objective').get('name');
  if (typeof objective === 'string') draft.metadata.set('objective', objective.slice(0, 100));
  addPaths(learner, draft);
  const booster = objectAt(learner, 'gradient_booster');
  const name = booster.get('name');
  if (typeof name === 'string') draft.metadata.set('booster', name.slice(0, 60));
  // Dart wraps a tree booster.
  const trees = booster.get('gbtree');
  const model = objectAt(trees instanceof Map ? trees : booster, 'model');
  const features = count(objectAt(learner, 'learner_model_param').get('num_feature'));
  if (features !== null) draft.metadata.set('features', features);
  checkTrees(model, features, draft, tools);
}

function checkTrees(model: JsonObject, features: number | null, draft: Draft, tools: ReaderTools): void {
  const trees = model.get('trees');
  if (!Array.isArray(trees)) return;
  draft.metadata.set('trees', trees.length);
  const declared = count(objectAt(model, 'gbtree_model_param').get('num_trees'));
  if (declared !== null && declared !== trees.length)
    report(draft, 'xgboost-count', `${declared} trees are declared, ${trees.length} are there.`);
  const info = model.get('tree_info');
  if (Array.isArray(info) && info.length !== trees.length)
    report(draft, 'xgboost-count', `${trees.length} trees have ${info.length} entries in tree_info.`);
  for (const [index, tree] of trees.entries()) {
    if ((index & 0xff) === 0) tools.budget.checkTime();
    if (tree instanceof Map) checkTree(tree, index, features, draft);
  }
}

const perNode = [
  'left_children',
  'right_children',
  'parents',
  'split_indices',
  'split_conditions',
  'default_left',
  'base_weights',
  'loss_changes',
  'sum_hessian',
];

function checkTree(tree: JsonObject, index: number, features: number | null, draft: Draft): void {
  const nodes = count(objectAt(tree, 'tree_param').get('num_nodes'));
  for (const key of perNode) {
    const list = tree.get(key);
    // Trees with several targets keep a vector for each leaf.
    const isVector = key === 'base_weights' && Array.isArray(list) && nodes !== null && nodes > 0 && list.length % nodes === 0;
    if (Array.isArray(list) && nodes !== null && list.length !== nodes && !isVector)
      report(
        draft,
        'xgboost-tree-size',
        `Tree ${index} declares ${nodes} nodes and has ${list.length} values in ${key}: programs read out of bounds.`,
      );
  }
  const left = numbers(tree.get('left_children'));
  const right = numbers(tree.get('right_children'));
  if (!left || !right) return;
  const fault = treeFault({ left, right });
  if (fault !== null) report(draft, 'xgboost-tree', `Tree ${index}: ${fault}.`);
  const splits = numbers(tree.get('split_indices'));
  const wrong =
    features === null || !splits
      ? undefined
      : splits.find((feature, node) => (left[node] ?? -1) !== -1 && (feature < 0 || feature >= features));
  if (wrong !== undefined) report(draft, 'xgboost-feature', `Tree ${index} asks for feature ${wrong} of ${features}.`);
}

/** Parameters of the command line and of external memory that name files. Attributes are notes of the user and act on nothing. */
const pathKeys = new Set(['model_in', 'model_out', 'model_dir', 'data', 'test_path', 'name_pred', 'name_dump', 'cache_prefix', 'plugins']);

function addPaths(learner: JsonObject, draft: Draft): void {
  const waiting: JsonValue[] = [...learner].filter(([key]) => key !== 'attributes' && key !== 'gradient_booster').map(([, value]) => value);
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!(value instanceof Map)) continue;
    for (const [key, inner] of value) {
      if (inner instanceof Map) waiting.push(inner);
      if (typeof inner === 'string' && pathKeys.has(key) && leavesFolder(inner))
        draft.externalPaths.push({
          text: inner.slice(0, 1000),
          purpose: 'asset',
          leavesFolder: true,
          effect: isAddress(inner) ? 'net' : 'fs-read',
          where: draft.where,
        });
    }
  }
}

/** One finding of a kind: a broken file breaks in thousands of trees. */
function report(draft: Draft, code: string, detail: string): void {
  if (draft.anomalies.some((anomaly) => anomaly.code === code)) return;
  // Counts are checked by every loader; lists and indexes inside a tree are followed as they are.
  const made = code === 'xgboost-count' ? broken : lie;
  draft.anomalies.push(made(code, detail, rangePlace(draft.where, 0)));
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object.get(key);
  return value instanceof Map ? value : new Map();
}

/** Parameters are written as text. */
function count(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function numbers(value: JsonValue | undefined): number[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : null;
}
