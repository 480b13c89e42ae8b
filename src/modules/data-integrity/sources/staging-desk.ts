/** The tables of one piece of work: what lies in a database is brought into staged files, which go when the work ends. */
import type { Context } from '../../../contract/actor.ts';
import { log } from '../../../platform/log.ts';
import type { DoorData, LocatedTable } from './locate-table.ts';
import { type BroughtTable, bringTable, type RowsTold } from './remote-table.ts';

export type StagingDesk = {
  /** What the door reads, and what is to be said about it. Outside of transactions: a table may take minutes. @throws what bringing a table throws */
  bring(table: LocatedTable, told?: RowsTold): Promise<{ readonly data: DoorData; readonly note: string | null }>;
};

/** Runs the work with a desk and clears it, however the work ends. */
export async function atDesk<T>(context: Context, work: (desk: StagingDesk) => Promise<T>): Promise<T> {
  const brought: BroughtTable[] = [];
  try {
    return await work({
      bring: async (table, told) => {
        if (table.data !== null) return { data: table.data, note: null };
        const one = await bringTable(table.remote, context, told);
        brought.push(one);
        return one;
      },
    });
  } finally {
    // What cannot be removed now the sweeper of uploads finds: its file has no row.
    for (const { remove } of brought) await remove().catch(noRemoval);
  }
}

function noRemoval(error: unknown): void {
  log('error').warn({ error, code: 'data-quality.staging' }, 'A staged table could not be removed');
}
