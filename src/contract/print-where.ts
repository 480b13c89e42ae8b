/** Places as people read them. Loads no schema library: worker threads and the command line print places too. */
import type { Where } from './finding.ts';

/** `a.tar.gz!m.pt!archive/data.pkl@0x1f` */
export function printWhere({ containerPath, offset, line }: Where): string {
  const path = containerPath.join('!');
  if (line !== undefined) return `${path}:${line}`;
  return offset === null ? path : `${path}@0x${offset.toString(16)}`;
}
