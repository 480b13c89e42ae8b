/** Natural keys of places, and the small arithmetic of paths inside a tree. */

/** Which hit a file of the tree belongs to: path (and the hit's own key) → key and kind. For edges from code to the files it names. */
export type Owners = Map<string, { readonly key: string; readonly kind: 'model' | 'dataset' }>;

export function fileKey(root: string, path: string): string {
  return `file:${root}/${path}`;
}

export function folderKey(root: string, folder: string): string {
  return `folder:${folder === '' ? root : `${root}/${folder}`}`;
}

/**
 * Key of an address. A name without a dot (`vectors`, `localhost`) means another machine in every project, so it is kept within its own.
 */
export function addressKey(root: string, url: string): string {
  const origin = /^(https?:\/\/[^/?#]{1,300})/.exec(url)?.[1]?.toLowerCase() ?? url.slice(0, 300);
  const host = origin.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
  const local =
    !host.includes('.') ||
    /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host) ||
    host.endsWith('.internal') ||
    host.endsWith('.local');
  return local ? `local-url:${root}#${origin}` : `url:${origin}`;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}
