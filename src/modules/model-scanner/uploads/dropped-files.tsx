/** What was dropped on a page, folders opened. */
import type { ChosenFile } from './upload-files.tsx';

const mostFiles = 2000;

/** Files in the order the browser gives them; a folder's files carry its name in front. Entries that cannot be read are left out. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  // The list empties as soon as this function rests: entries first.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ name: file.name, file }));
  const found: ChosenFile[] = [];
  const waiting = entries.map((entry) => ({ entry, name: entry.name }));
  for (let next = waiting.shift(); next && found.length < mostFiles; next = waiting.shift()) {
    const { entry, name } = next;
    if (isFile(entry)) {
      const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
      if (file !== null) found.push({ name, file });
    } else if (isFolder(entry)) for (const child of await childrenOf(entry)) waiting.push({ entry: child, name: `${name}/${child.name}` });
  }
  return found;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** A reader answers a hundred at a time, and nothing at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0 || all.length >= mostFiles) return all;
    all.push(...some);
  }
}
