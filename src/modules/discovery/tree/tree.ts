/** Files as discovery sees them: the engine is pure over this face, so tests walk trees that exist only in memory. */

export type TreeEntry = {
  readonly name: string;
  /** 'loop': a link to a folder that holds it; 'outside': a link out of the walked folder; 'other': FIFO, device, socket. */
  readonly kind: 'file' | 'folder' | 'loop' | 'outside' | 'other';
  readonly size: number;
};

export type OpenFile = {
  readonly size: number;
  /** At most `length` bytes from `offset`; shorter only at the end. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
};

export type Tree = {
  /** Absolute path of the walked folder, without a slash at its end. */
  readonly root: string;
  /** Entries of a folder, named relative to the root with `/` ('' is the root). @throws the system error when it cannot be read. */
  list(folder: string): readonly TreeEntry[];
  /** Opens a regular file by its path relative to the root. @throws the system error. */
  open(path: string): OpenFile;
};

/** A tree in memory: path → content. Folders follow from the paths. */
export function memoryTree(files: ReadonlyMap<string, string | Uint8Array>, root = '/tree'): Tree {
  const bytes = new Map(
    [...files].map(([path, content]) => [path, typeof content === 'string' ? new TextEncoder().encode(content) : content]),
  );
  return {
    root,
    list: (folder) => childrenOf(folder, bytes),
    open(path) {
      const content = bytes.get(path);
      if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return { size: content.length, read: (offset, length) => content.subarray(offset, offset + length), close: () => {} };
    },
  };
}

function childrenOf(folder: string, files: ReadonlyMap<string, Uint8Array>): TreeEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries = new Map<string, TreeEntry>();
  for (const [path, content] of files) {
    if (!path.startsWith(prefix)) continue;
    const [name = '', ...rest] = path.slice(prefix.length).split('/');
    entries.set(name, rest.length > 0 ? { name, kind: 'folder', size: 0 } : { name, kind: 'file', size: content.length });
  }
  return [...entries.values()];
}
