/** XGBoost's binary format of releases before 2: parameters, names, trees with their nodes, all of fixed width. */
import { rangePlace } from '../../engine/place.ts';
import {
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  lie,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { treeFault } from './tree-shape.ts';

export default defineReader({
  format: 'xgboost-binary',
  certain: ({ head }) => head[0] === 0x62 && head[1] === 0x69 && head[2] === 0x6e && head[3] === 0x66,
  read: (source, where, tools) => {
    const draft = draftArtefact('xgboost-binary', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readModel(source, draft, tools));
    return draft;
  },
});

/** @source xgboost src/learner.cc LearnerModelParamLegacy: 34 words, the last 25 reserved. */
const learnerBytes = 136;
/** @source xgboost src/gbm/gbtree_model.h GBTreeModelParam and include/xgboost/tree_model.h TreeParam, Node, RTreeNodeStat. */
const boosterBytes = 160;
const treeBytes = 148;
const nodeBytes = 20;
const statBytes = 16;
const mostTrees = 10_000_000;

function readModel(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source, 4);
  const start = cursor.at;
  cursor.skip(4);
  const features = cursor.u32();
  cursor.skip(4);
  const hasAttributes = cursor.i32() !== 0;
  cursor.skip(4);
  draft.metadata.set('version', `${cursor.u32()}.${cursor.u32()}`);
  draft.metadata.set('features', features);
  cursor.seek(start + learnerBytes);
  draft.metadata.set('objective', name(cursor));
  const booster = name(cursor);
  draft.metadata.set('booster', booster);
  if (booster !== 'gbtree' && booster !== 'dart') {
    draft.unread.push({
      reason: 'unsupported',
      detail: `The booster ${booster} is not walked.`,
      where: rangePlace(draft.where, cursor.at),
    });
    return;
  }
  const trees = readBooster(cursor, features, draft, tools);
  draft.metadata.set('trees', trees);
  if (trees > 0) cursor.skip(4 * trees);
  if (booster === 'dart') cursor.skip(4 * cursor.u64());
  if (hasAttributes) readAttributes(cursor, draft);
  const left = source.size - cursor.at;
  if (left > 0 && !hasAttributes) draft.metadata.set('trailing_bytes', left);
}

function name(cursor: Cursor): string {
  const at = cursor.at;
  const length = cursor.u64();
  if (length > 1000) throw new MalformedBytes('xgboost-name', at, `a name of ${length} bytes is none`);
  return cursor.text(length);
}

function readBooster(cursor: Cursor, features: number, draft: Draft, tools: ReaderTools): number {
  const at = cursor.at;
  const trees = cursor.i32();
  cursor.seek(at + boosterBytes);
  if (trees < 0 || trees > mostTrees || trees * (treeBytes + nodeBytes) > cursor.left)
    throw new TruncatedBytes('xgboost-count', at, `${trees} trees do not fit into the ${cursor.left} bytes that are left`);
  for (let i = 0; i < trees; i++) {
    tools.budget.checkTime();
    readTree(cursor, i, features, draft);
  }
  return trees;
}

function readTree(cursor: Cursor, index: number, features: number, draft: Draft): void {
  const at = cursor.at;
  cursor.skip(4);
  const nodes = cursor.i32();
  cursor.seek(at + treeBytes);
  if (nodes <= 0 || nodes * (nodeBytes + statBytes) > cursor.left)
    throw new TruncatedBytes(
      'xgboost-tree-size',
      at,
      `tree ${index} of ${nodes} nodes does not fit into the ${cursor.left} bytes that are left`,
    );
  const left = new Int32Array(nodes);
  const right = new Int32Array(nodes);
  let wrong: number | null = null;
  for (let node = 0; node < nodes; node++) {
    cursor.skip(4);
    left[node] = cursor.i32();
    right[node] = cursor.i32();
    // The highest bit says which way missing values go.
    const feature = cursor.u32() & 0x7fffffff;
    if (left[node] !== -1 && feature >= features) wrong = feature;
    cursor.skip(4);
  }
  cursor.skip(nodes * statBytes);
  const fault = treeFault({ left, right }) ?? (wrong === null ? null : `a node asks for feature ${wrong} of ${features}`);
  if (fault !== null && !draft.anomalies.some(({ code }) => code === 'xgboost-tree'))
    draft.anomalies.push(lie('xgboost-tree', `Tree ${index}: ${fault}.`, rangePlace(draft.where, at)));
}

function readAttributes(cursor: Cursor, draft: Draft): void {
  const at = cursor.at;
  const count = cursor.u64();
  if (count > 10_000) throw new MalformedBytes('xgboost-attributes', at, `${count} attributes are too many`);
  for (let i = 0; i < count; i++) {
    const key = text(cursor);
    const value = text(cursor);
    if (draft.metadata.size < 50) draft.metadata.set(`attribute.${key.slice(0, 60)}`, value.slice(0, 300));
  }
}

function text(cursor: Cursor): string {
  const length = cursor.u64();
  if (length > cursor.left)
    throw new TruncatedBytes('xgboost-text', cursor.at, `a text of ${length} bytes is promised, ${cursor.left} are there`);
  const at = cursor.at;
  const shown = cursor.text(Math.min(length, 4096));
  cursor.seek(at + length);
  return shown;
}
