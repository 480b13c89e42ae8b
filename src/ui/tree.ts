/** Flattening and walking a tree of files: what is visible, and where each key leads. */

export type TreeNode<Data> = {
  readonly id: string;
  readonly name: string;
  readonly data: Data;
  readonly children?: readonly TreeNode<Data>[] | undefined;
};
export type TreeRow<Data> = {
  readonly node: TreeNode<Data>;
  readonly level: number;
  readonly parentId: string | null;
  readonly position: number;
  readonly siblings: number;
  readonly isOpen: boolean;
};

/** Visible rows in order; children of closed folders are left out. */
export function visibleRows<Data>(
  nodes: readonly TreeNode<Data>[],
  open: ReadonlySet<string>,
  level = 1,
  parentId: string | null = null,
): TreeRow<Data>[] {
  return nodes.flatMap((node, index) => {
    const isOpen = node.children !== undefined && open.has(node.id);
    const row = { node, level, parentId, position: index + 1, siblings: nodes.length, isOpen };
    return isOpen ? [row, ...visibleRows(node.children ?? [], open, level + 1, node.id)] : [row];
  });
}

/** Only branches that lead to a node the test accepts. */
export function pruneTree<Data>(nodes: readonly TreeNode<Data>[], keep: (data: Data) => boolean): TreeNode<Data>[] {
  return nodes.flatMap((node) => {
    if (node.children === undefined) return keep(node.data) ? [node] : [];
    const children = pruneTree(node.children, keep);
    return children.length > 0 ? [{ ...node, children }] : [];
  });
}

/** Ids of all folders, so that a tree can start open. */
export function folderIds<Data>(nodes: readonly TreeNode<Data>[]): string[] {
  return nodes.flatMap((node) => (node.children === undefined ? [] : [node.id, ...folderIds(node.children)]));
}

export type TreeMove = { readonly focus?: string; readonly open?: string; readonly close?: string };
/** What an arrow, Home or End does from one row (WAI-ARIA tree view pattern); null when the key means nothing. */
export function treeMove<Data>(rows: readonly TreeRow<Data>[], id: string | null, key: string): TreeMove | null {
  const index = Math.max(
    0,
    rows.findIndex(({ node }) => node.id === id),
  );
  const row = rows[index];
  if (!row) return null;
  const to = (target: TreeRow<Data> | undefined): TreeMove => (target ? { focus: target.node.id } : {});
  switch (key) {
    case 'ArrowDown':
      return to(rows[index + 1]);
    case 'ArrowUp':
      return to(rows[index - 1]);
    case 'Home':
      return to(rows[0]);
    case 'End':
      return to(rows.at(-1));
    case 'ArrowRight':
      if (row.node.children === undefined) return {};
      return row.isOpen ? to(rows[index + 1]) : { open: row.node.id };
    case 'ArrowLeft':
      if (row.isOpen) return { close: row.node.id };
      return row.parentId === null ? {} : { focus: row.parentId };
    default:
      return null;
  }
}

/** Type-ahead: the next row after this one whose name begins with what was typed. */
export function typeAhead<Data>(rows: readonly TreeRow<Data>[], id: string | null, typed: string): string | null {
  const from = rows.findIndex(({ node }) => node.id === id);
  const turned = [...rows.slice(from + 1), ...rows.slice(0, from + 1)];
  return turned.find(({ node }) => node.name.toLowerCase().startsWith(typed.toLowerCase()))?.node.id ?? null;
}
