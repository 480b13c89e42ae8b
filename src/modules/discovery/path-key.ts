/** Natural keys of places, and the small arithmetic of paths inside a tree. */

/** Which hit a file of the tree belongs to: path (and the hit's own key) → key and kind. For edges from code to the files it names. */
export type Owners = Map<string, { readonly key: string; readonly kind: 'model' | 'dataset' }>;

export function fileKey(root: string, path: string): string {
  return `file:${root}/${path}`;
}

export function folderKey(root: string, folder: string): string {
  return `folder:${folder === '' ? root : `${root}/${folder}`}`;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}
