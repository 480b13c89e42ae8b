/** Epochs of logs, as the database has them. Named `…AcrossWorkspaces`: in a system transaction; others in one of a workspace. */
import { rowsOf } from '../../../platform/database/database.ts';

export type LogSize = { readonly workspace: string; readonly size: number; readonly treeSize: number; readonly epoch: number };
export async function readSizesAcrossWorkspaces(): Promise<LogSize[]> {
  const rows = await rowsOf<{ workspace_id: string; size: string; tree_size: string; epoch: number }>(
    'select workspace_id, size, tree_size, epoch from audit_logs.sizes()',
  );
  return rows.map(({ workspace_id, size, tree_size, epoch }) => ({
    workspace: workspace_id,
    size: Number(size),
    treeSize: Number(tree_size),
    epoch,
  }));
}

export type EpochDraft = {
  readonly workspace: string;
  readonly size: number;
  readonly lostTo: number;
  readonly note: string;
  readonly place: string;
  readonly entryId: string;
  readonly payload: Buffer;
};
/** @returns false when the log is not as large as it was seen. */
export async function beginEpochAcrossWorkspaces({ workspace, size, lostTo, note, place, entryId, payload }: EpochDraft): Promise<boolean> {
  const rows = await rowsOf<{ begun: boolean }>('select audit_logs.begin_epoch($1, $2, $3, $4, $5, $6, $7) as begun', [
    workspace,
    size,
    lostTo,
    note,
    place,
    entryId,
    payload,
  ]);
  return rows[0]?.begun === true;
}

export type EpochRow = {
  readonly number: number;
  readonly firstIndex: number;
  readonly lostTo: number;
  readonly note: string;
  readonly place: string;
  readonly beganAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgement: string | null;
};
/** Of the running workspace, oldest first. */
export async function readEpochs(): Promise<EpochRow[]> {
  const rows = await rowsOf<{
    number: number;
    first_index: string;
    lost_to: string;
    note: string;
    place: string;
    began_at: Date;
    acknowledged_at: Date | null;
    acknowledged_by: string | null;
    acknowledgement: string | null;
  }>(
    `select number, first_index, lost_to, note, place, began_at, acknowledged_at, acknowledged_by, acknowledgement
     from audit_logs.epoch order by number limit 1000`,
  );
  return rows.map((row) => ({
    number: row.number,
    firstIndex: Number(row.first_index),
    lostTo: Number(row.lost_to),
    note: row.note,
    place: row.place,
    beganAt: row.began_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    acknowledgement: row.acknowledgement,
  }));
}

export async function acknowledgeEpoch(number: number, words: string): Promise<boolean> {
  const rows = await rowsOf<{ done: boolean }>('select audit_logs.acknowledge_epoch($1, $2) as done', [number, words]);
  return rows[0]?.done === true;
}
