/** A slice's top holds what all its subjects share; what belongs to one subject stands in that subject's folder. */
import type { Complaint } from './complaint.ts';

const atTop = /^(src\/modules\/[^/]+)\/[^/]+$/;
/** The files with fixed names, their tests, and a handful more: beyond that nobody finds anything by looking. */
const mostAtTop = 30;

/** @param paths every tracked file, with slashes */
export function checkFolders(paths: readonly string[]): Complaint[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const slice = atTop.exec(path)?.[1];
    if (slice !== undefined) counts.set(slice, (counts.get(slice) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > mostAtTop)
    .map(([path, count]) => ({
      path,
      line: null,
      says: `${count} files at the top of a slice, at most ${mostAtTop}: make a folder of each subject`,
    }));
}
