/** One decision tree as lists of children: whether every child exists, has one parent, and no path leads back. */

export type TreeShape = {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
};

/** A node without left child is a leaf: its place among the right children then holds anything, such as the number of a vector of values. */
const none = -1;

/**
 * @returns what is wrong with the tree, in words, or null. Programs follow children without looking: an index outside the lists reads
 * out of bounds, a loop never ends.
 * O(nodes) time and memory.
 */
export function treeFault({ left, right }: TreeShape): string | null {
  const nodes = left.length;
  if (right.length !== nodes) return `${nodes} left and ${right.length} right children`;
  const parents = new Uint8Array(nodes);
  for (let node = 0; node < nodes; node++) {
    if (left[node] === none) continue;
    for (const child of [left[node] ?? none, right[node] ?? none]) {
      if (!Number.isInteger(child) || child <= 0 || child >= nodes) return `node ${node} has the child ${child} of ${nodes} nodes`;
      if (parents[child] !== 0) return `node ${child} has two parents, so that a path may never end`;
      parents[child] = 1;
    }
  }
  // With one parent each and a root that is nobody's child, what the root reaches is a tree.
  return null;
}
