import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderIds, pruneTree, type TreeNode, treeMove, typeAhead, visibleRows } from './tree.ts';

const file = (id: string, bad = false): TreeNode<boolean> => ({ id, name: id, data: bad });
const folder = (id: string, ...children: TreeNode<boolean>[]): TreeNode<boolean> => ({ id, name: id, data: false, children });
const tree = [folder('model', file('head.pkl', true), file('body.bin')), folder('docs', file('readme')), file('licence')];
const ids = (open: string[]) => visibleRows(tree, new Set(open)).map(({ node }) => node.id);

test('closed folders hide what is inside', () => {
  assert.deepEqual(ids([]), ['model', 'docs', 'licence']);
  assert.deepEqual(ids(['model']), ['model', 'head.pkl', 'body.bin', 'docs', 'licence']);
});
test('rows know their level and place among siblings', () => {
  const row = visibleRows(tree, new Set(['model']))[2];
  assert.deepEqual([row?.level, row?.position, row?.siblings, row?.parentId], [2, 2, 2, 'model']);
});
test('the filter keeps only branches with findings', () => {
  assert.deepEqual(
    pruneTree(tree, (bad) => bad).map(({ id, children }) => [id, children?.map((child) => child.id)]),
    [['model', ['head.pkl']]],
  );
  assert.deepEqual(folderIds(tree), ['model', 'docs']);
});
test('arrows walk, open and close as the tree pattern asks', () => {
  const rows = visibleRows(tree, new Set(['model']));
  assert.deepEqual(treeMove(rows, 'model', 'ArrowRight'), { focus: 'head.pkl' });
  assert.deepEqual(treeMove(rows, 'head.pkl', 'ArrowLeft'), { focus: 'model' });
  assert.deepEqual(treeMove(rows, 'model', 'ArrowLeft'), { close: 'model' });
  assert.deepEqual(treeMove(rows, 'docs', 'ArrowRight'), { open: 'docs' });
  assert.deepEqual(treeMove(rows, 'licence', 'ArrowDown'), {});
  assert.equal(treeMove(rows, 'model', 'q'), null);
});
test('typing a name jumps to the next row that begins so, around the end', () => {
  const rows = visibleRows(tree, new Set());
  assert.equal(typeAhead(rows, 'model', 'li'), 'licence');
  assert.equal(typeAhead(rows, 'licence', 'M'), 'model');
  assert.equal(typeAhead(rows, 'model', 'x'), null);
});
