/** From rows to what the contract says. */
import type { z } from 'zod';
import { FileOfScan, Scan, ScanFinding, StoredFinding } from './contract.ts';
import type { scanFileTable, scanFindingTable, scanTable } from './table.ts';

export type ScanRow = typeof scanTable.$inferSelect;
export type FileRow = typeof scanFileTable.$inferSelect;
export type FindingRow = typeof scanFindingTable.$inferSelect;

const nothing = '00000000-0000-0000-0000-000000000000';

export function toScan(row: ScanRow): Scan {
  return Scan.parse({
    ...row,
    jobId: row.jobId ?? nothing,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  });
}

export function toFile(row: FileRow): FileOfScan {
  return FileOfScan.parse({ ...row, id: row.path === '' ? '.' : row.path });
}

export function toFinding({ id, scanId, assetId, body }: FindingRow): z.infer<typeof StoredFinding> {
  return StoredFinding.parse({ ...ScanFinding.parse(body), id, scanId, assetId });
}
