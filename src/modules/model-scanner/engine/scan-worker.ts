/** The worker's script: files in, reports out. Loads readers and detectors only. */
import { serveTasks } from '../../../platform/workers/serve.ts';
import type { Trust } from '../signatures/trust.ts';
import type { Limits } from './budget.ts';
import { compiledTables } from './compiled-tables.ts';
import { sha256OfFile } from './file-digest.ts';
import type { FileReport } from './file-report.ts';
import { scanFile } from './scan.ts';
import { type SourceEntry, treeOnDisk } from './source-tree.ts';
import type { ScanTables } from './tables.ts';

export type ScanTask = {
  readonly files: readonly { readonly path: string; readonly name: string; readonly twin?: string | undefined; readonly folder?: string }[];
  readonly limits: Limits;
  /** Adds `sha256` to the metadata of every AI artefact. */
  readonly hashed: boolean;
  /** Index of the file under work: tells the other side which one killed the worker. */
  readonly current: Int32Array<SharedArrayBuffer>;
  /** Python files that those of the batch may import. */
  readonly sources?: readonly SourceEntry[];
  /** Whom the person who scans trusts as signer. */
  readonly trust?: Trust;
};

// Decoded while the other side is still looking for files.
const ownTables = compiledTables();

serveTasks<ScanTask, FileReport[], ScanTables | undefined>(async ({ files, limits, hashed, current, sources, trust }, given) => {
  const known = given ?? (await ownTables);
  const tables = trust === undefined ? known : { ...known, trust };
  const tree = sources === undefined ? undefined : treeOnDisk(sources);
  return files.map(({ path, name, twin, folder }, index) => {
    Atomics.store(current, 0, index);
    const report = scanFile(path, name, { tables, limits, twin, folder, sources: tree });
    return hashed ? withDigest(report, path) : report;
  });
});

function withDigest(report: FileReport, path: string): FileReport {
  const sha256 = report.role === null && report.findings.length === 0 ? null : sha256OfFile(path);
  return sha256 === null ? report : { ...report, metadata: { ...report.metadata, sha256 } };
}
