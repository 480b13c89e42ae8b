/** The regular files under a path: links are resolved and kept inside, loops, pipes and devices are left out. */
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { relative, sep } from 'node:path';

export type WalkedFile = {
  /** What is opened: every link resolved. */
  readonly path: string;
  /** Relative to the walked root, with '/'; '' when the root is a file itself. */
  readonly name: string;
  readonly size: number;
  /** The link it was reached by, when it was one. */
  readonly met?: string;
};
export type SkippedEntry = {
  readonly name: string;
  readonly reason: 'outside-link' | 'permission' | 'depth' | 'too-many';
  readonly detail: string;
};
export type WalkResult = { readonly files: WalkedFile[]; readonly skipped: SkippedEntry[] };

/** Object stores of version control hold copies of what lies beside them. */
const skippedFolders = new Set(['.git', '.hg', '.svn']);
const deepest = 64;
const mostFiles = 1_000_000;

/**
 * @param root a file or folder; a link as root is followed, because a person named it.
 * @returns files in the order of their names (by code unit); a file reached twice through links is listed once, under the first link's name.
 * @throws the system error when the root itself cannot be read.
 */
export function walk(root: string): WalkResult {
  const realRoot = realpathSync(root);
  const stat = statSync(realRoot);
  if (stat.isFile()) return { files: [{ path: realRoot, name: '', size: stat.size }], skipped: [] };
  if (!stat.isDirectory()) throw Object.assign(new Error('neither a file nor a folder'), { code: 'ENOTFILE' });
  const found: Found = { files: new Map(), skipped: [], linked: new Map() };
  walkFolders(realRoot, found);
  for (const [path, file] of found.linked) found.files.set(path, file);
  const files = [...found.files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, skipped: found.skipped };
}

/** Keyed by real path, so that a blob and the link to it are one file. */
type Found = { readonly files: Map<string, WalkedFile>; readonly linked: Map<string, WalkedFile>; readonly skipped: SkippedEntry[] };

function walkFolders(root: string, found: Found): void {
  const waiting = [{ path: root, depth: 0 }];
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    const { path, depth } = folder;
    const entries = entriesOf(path, root, found);
    // Names of a folder contain no dots to resolve: put together, not joined and compared for each of a hundred thousand files.
    const before = path.endsWith(sep) ? path : path + sep;
    const shown = path === root ? '' : `${nameOf(path, root)}/`;
    for (const entry of entries) {
      const full = before + entry.name;
      if (entry.isSymbolicLink()) addLink(full, root, found);
      else if (entry.isDirectory() && !skippedFolders.has(entry.name)) {
        if (depth >= deepest)
          found.skipped.push({ name: nameOf(full, root), reason: 'depth', detail: `Nested deeper than ${deepest} folders.` });
        else waiting.push({ path: full, depth: depth + 1 });
      } else if (entry.isFile()) addFile(full, shown + entry.name, found);
    }
    if (found.files.size >= mostFiles) {
      found.skipped.push({ name: nameOf(path, root), reason: 'too-many', detail: `More than ${mostFiles} files.` });
      return;
    }
  }
}

function entriesOf(path: string, root: string, found: Found) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    found.skipped.push({ name: nameOf(path, root), reason: 'permission', detail: `The folder cannot be read (${codeOf(error)}).` });
    return [];
  }
}

function addFile(full: string, name: string, found: Found): void {
  try {
    found.files.set(full, { path: full, name, size: lstatSync(full).size });
  } catch (error) {
    // A file that vanished since the folder was read is no longer part of it.
    if (codeOf(error) !== 'ENOENT')
      found.skipped.push({ name, reason: 'permission', detail: `The file cannot be read (${codeOf(error)}).` });
  }
}

/** Linked folders inside the root are walked at their own place; loops and dangling links end nowhere. */
function addLink(full: string, root: string, found: Found): void {
  const name = nameOf(full, root);
  try {
    const target = realpathSync(full);
    const stat = statSync(target);
    const inside = target === root || target.startsWith(root.endsWith(sep) ? root : root + sep);
    if (!inside) found.skipped.push({ name, reason: 'outside-link', detail: 'The link leads out of the scanned folder.' });
    else if (stat.isFile() && !found.linked.has(target)) found.linked.set(target, { path: target, name, size: stat.size, met: full });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ELOOP')
      found.skipped.push({ name, reason: 'permission', detail: `The link cannot be followed (${code}).` });
  }
}

function nameOf(full: string, root: string): string {
  return relative(root, full).split(sep).join('/');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
