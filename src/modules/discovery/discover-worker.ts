/** Worker side: walks one folder, says how far it is through shared memory. */
import { serveTasks } from '../../platform/workers/serve.ts';
import type { Discovery } from './discover.ts';
import { discover } from './discover.ts';
import { diskTree } from './tree/disk-tree.ts';

export type DiscoverTask = {
  readonly root: string;
  readonly wallMs: number;
  /** Three 64-bit numbers: files, bytes read, hits. */
  readonly progress: SharedArrayBuffer;
};

serveTasks<DiscoverTask, Discovery>(({ root, wallMs, progress }) => {
  const counters = new BigInt64Array(progress);
  return discover(diskTree(root), {
    limits: { wallMs },
    onProgress: ({ files, bytesRead, hits }) => {
      Atomics.store(counters, 0, BigInt(files));
      Atomics.store(counters, 1, BigInt(Math.round(bytesRead)));
      Atomics.store(counters, 2, BigInt(hits));
    },
  });
});
