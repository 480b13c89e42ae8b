/** A folder on disk as a tree. Links are followed only to regular files inside the root; everything else is named, not opened. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { OpenFile, Tree, TreeEntry } from './tree.ts';

/** Folder entries beyond this are not listed: a folder of ten million names must not fill the memory. */
const maxEntries = 200_000;

/** @param root real, absolute path of a folder; the caller confined it. */
export function diskTree(root: string): Tree {
  return { root, list: (folder) => listFolder(root, folder), open: (path) => openRegular(root, join(root, path)) };
}

function listFolder(root: string, folder: string): TreeEntry[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, encoding: 'utf8' }).slice(0, maxEntries);
  return entries.map((entry) => {
    if (entry.isFile()) return { name: entry.name, kind: 'file', size: -1 };
    if (entry.isDirectory()) return { name: entry.name, kind: 'folder', size: 0 };
    if (entry.isSymbolicLink()) return resolveLink(root, folder, entry.name);
    return { name: entry.name, kind: 'other', size: 0 };
  });
}

/** A link to a file inside the root is that file (model caches are built of such links); a linked folder is walked at its own place. */
function resolveLink(root: string, folder: string, name: string): TreeEntry {
  try {
    const target = realpathSync(join(root, folder, name));
    if (target !== root && !target.startsWith(root + sep)) return { name, kind: 'outside', size: 0 };
    const stat = statSync(target);
    if (stat.isDirectory()) return { name, kind: 'loop', size: 0 };
    return stat.isFile() ? { name, kind: 'file', size: stat.size } : { name, kind: 'other', size: 0 };
  } catch {
    return { name, kind: 'outside', size: 0 };
  }
}

/**
 * Opens without blocking on a FIFO, then looks at the descriptor: a path checked and then opened is a race, and a folder on the
 * way may have become a link since the listing.
 */
function openRegular(root: string, path: string): OpenFile {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stat = fstatSync(descriptor);
  const refusal = stat.isFile() ? (realPathOf(descriptor, path).startsWith(root + sep) ? null : 'EOUTSIDE') : 'ENOTFILE';
  if (refusal !== null) {
    closeSync(descriptor);
    throw Object.assign(new Error('not a regular file of the folder'), { code: refusal });
  }
  return {
    size: stat.size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, stat.size - offset));
      const buffer = new Uint8Array(wanted);
      let filled = 0;
      while (filled < wanted) {
        const count = readSync(descriptor, buffer, filled, wanted - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      return filled === wanted ? buffer : buffer.subarray(0, filled);
    },
    close: () => closeSync(descriptor),
  };
}

/** Where the opened file really lies. Linux tells it of the descriptor itself; elsewhere the path is resolved once more. */
function realPathOf(descriptor: number, path: string): string {
  return process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${descriptor}`) : realpathSync(path);
}
