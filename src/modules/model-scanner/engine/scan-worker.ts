/** The worker's script: files in, reports out. Loads readers and detectors only. */
import { serveTasks } from '../../../platform/workers/serve.ts';
import type { Limits } from './budget.ts';
import type { FileReport } from './file-report.ts';
import { scanFile } from './scan.ts';
import type { ScanTables } from './tables.ts';

export type ScanTask = {
  readonly files: readonly { readonly path: string; readonly name: string; readonly twin?: string | undefined }[];
  readonly limits: Limits;
  /** Index of the file under work: tells the other side which one killed the worker. */
  readonly current: Int32Array<SharedArrayBuffer>;
};

serveTasks<ScanTask, FileReport[], ScanTables>(({ files, limits, current }, tables) =>
  files.map(({ path, name, twin }, index) => {
    Atomics.store(current, 0, index);
    return scanFile(path, name, { tables, limits, twin });
  }),
);
