/** From rows to what the contract says. */
import { FileOfScan, Scan, ScanFinding, StoredFinding } from '../contract.ts';
import type { scanFileTable, scanFindingTable, scanTable, suppressionTable } from '../table.ts';

export type ScanRow = typeof scanTable.$inferSelect;
export type FileRow = typeof scanFileTable.$inferSelect;
export type FindingRow = typeof scanFindingTable.$inferSelect;

const nothing = '00000000-0000-0000-0000-000000000000';

export function toScan(row: ScanRow): Scan {
  return Scan.parse({
    ...row,
    source: row.source ?? { path: row.path },
    jobId: row.jobId ?? nothing,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  });
}

export function toFile(row: FileRow): FileOfScan {
  return FileOfScan.parse({ ...row, id: row.path === '' ? '.' : row.path });
}

/** What holds a finding now, beside its row. */
export type HeldBy = Pick<typeof suppressionTable.$inferSelect, 'id' | 'reason' | 'owner' | 'expires'>;

export function toFinding({ id, scanId, assetId, body }: FindingRow, heldBy: HeldBy | null): StoredFinding {
  const suppression = heldBy === null ? null : { id: heldBy.id, reason: heldBy.reason, owner: heldBy.owner, expires: heldBy.expires };
  return StoredFinding.parse({ ...ScanFinding.parse(body), id, scanId, assetId, suppression });
}
