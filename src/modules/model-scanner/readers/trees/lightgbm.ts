/** LightGBM's text models: sizes of trees against the text, lists of a tree against its number of leaves. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

const latin1 = new TextDecoder('latin1');
const step = 4 * 2 ** 20;
/** A list of a million leaves takes some 20 MB: no line of a real model is longer. */
const longestLine = 32 * 2 ** 20;

export default defineReader({
  format: 'lightgbm-text',
  plausible: ({ head, isText }) => isText && /^tree\r?\nversion=v\d/.test(latin1.decode(head.subarray(0, 40))),
  read: (source, where, tools) => {
    const draft = draftArtefact('lightgbm-text', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readModel(source, draft, tools));
    return draft;
  },
});

type Tree = {
  readonly index: string;
  readonly at: number;
  readonly lists: Map<string, number>;
  left: string;
  right: string;
  leaves: number;
};

function readModel(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  let tree: Tree | null = null;
  let trees = 0;
  let ended = false;
  const starts: number[] = [];
  let sizes: number[] = [];
  for (const { text, at } of lines(source, tools)) {
    if (ended) break;
    if (text.startsWith('Tree=') || text === 'end of trees') {
      if (tree) checkTree(tree, draft);
      starts.push(at);
      ended = text === 'end of trees';
      tree = ended ? null : { index: text.slice(5, 25), at, lists: new Map(), left: '', right: '', leaves: 0 };
      trees += ended ? 0 : 1;
      continue;
    }
    const cut = text.indexOf('=');
    if (cut < 0) continue;
    const key = text.slice(0, cut);
    const value = text.slice(cut + 1);
    if (tree) addToTree(tree, key, value);
    else if (key === 'tree_sizes') sizes = value.trim().split(' ').slice(0, 10_000_000).map(Number);
    else if (key === 'version' || key === 'objective' || key === 'num_class' || key === 'max_feature_idx')
      draft.metadata.set(key, value.slice(0, 100));
  }
  if (tree) checkTree(tree, draft);
  draft.metadata.set('trees', trees);
  if (!ended) {
    draft.anomalies.push(broken('lightgbm-cut', 'The end of the trees is missing.', draft.where));
    draft.unread.push({ reason: 'truncated', detail: 'The end of the trees is missing.', where: draft.where });
  } else checkSizes(sizes, starts, draft);
}

function* lines(source: ByteSource, tools: ReaderTools): Generator<{ readonly text: string; readonly at: number }> {
  let rest = '';
  let restAt = 0;
  for (let at = 0; at < source.size; at += step) {
    tools.budget.checkTime();
    const block = rest + latin1.decode(source.read(at, step));
    let start = 0;
    // What is left of the block before holds no end of line.
    for (let end = block.indexOf('\n', rest.length); end >= 0; end = block.indexOf('\n', start)) {
      yield { text: block.slice(start, end).replace(/\r$/, ''), at: restAt + start };
      start = end + 1;
    }
    rest = block.slice(start);
    restAt += start;
    if (rest.length > longestLine) throw new MalformedBytes('lightgbm-line', restAt, `a line is longer than ${longestLine} bytes`);
  }
  if (rest !== '') yield { text: rest, at: restAt };
}

const perInner = [
  'split_feature',
  'split_gain',
  'threshold',
  'decision_type',
  'left_child',
  'right_child',
  'internal_value',
  'internal_count',
];
const perLeaf = ['leaf_value', 'leaf_weight', 'leaf_count'];

function addToTree(tree: Tree, key: string, value: string): void {
  if (key === 'num_leaves') tree.leaves = /^\d{1,9}$/.test(value) ? Number(value) : -1;
  if (key === 'left_child') tree.left = value;
  if (key === 'right_child') tree.right = value;
  if (perInner.includes(key) || perLeaf.includes(key)) tree.lists.set(key, value.trim() === '' ? 0 : value.trim().split(' ').length);
}

/** Children of a tree with n leaves: an inner node below n - 1, or -leaf - 1. */
function checkTree({ index, at, lists, left, right, leaves }: Tree, draft: Draft): void {
  const report = (code: string, detail: string) => {
    if (!draft.anomalies.some((anomaly) => anomaly.code === code)) draft.anomalies.push(lie(code, detail, rangePlace(draft.where, at)));
  };
  if (leaves < 1) report('lightgbm-tree-size', `Tree ${index} has no number of leaves.`);
  for (const [key, count] of lists) {
    const wanted = perLeaf.includes(key) ? leaves : leaves - 1;
    // A tree of one leaf keeps an empty list or a single value.
    if (count !== wanted && leaves > 1)
      report('lightgbm-tree-size', `Tree ${index} of ${leaves} leaves has ${count} values in ${key}: programs read out of bounds.`);
  }
  for (const child of [...left.split(' '), ...right.split(' ')]) {
    if (child === '') continue;
    const number = Number(child);
    if (!Number.isInteger(number) || number < -leaves || (leaves > 1 && number >= leaves - 1))
      report('lightgbm-child', `Tree ${index} of ${leaves} leaves names the child ${child.slice(0, 20)}.`);
  }
}

/** Programs jump from tree to tree by these sizes when they load in parallel. */
function checkSizes(sizes: readonly number[], starts: readonly number[], draft: Draft): void {
  if (sizes.length === 0) return;
  const wrong = sizes.length !== starts.length - 1 || sizes.some((size, i) => size !== (starts[i + 1] ?? 0) - (starts[i] ?? 0));
  if (wrong)
    draft.anomalies.push(
      broken('lightgbm-tree-sizes', 'tree_sizes does not say where the trees of this file stand.', rangePlace(draft.where, 0)),
    );
}
