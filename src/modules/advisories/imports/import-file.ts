/** One opened file of advisories or exploit knowledge into the database, piece by piece. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { type AdvisoryImport, advisoriesImported, advisoryProblems } from '../contract.ts';
import { dropOlder, settleImport, storeAdvisories, storeEpss, storeKev } from './import-store.ts';
import type { Piece } from './intake.ts';
import type { FileReader } from './read-file.ts';

type Tally = { records: number; changed: number; rejected: number; refused: string[]; newest: string | null; ecosystems: Set<string> };

/**
 * Stores the records of a file. Each piece is one transaction; records that came before a failure stay, because each is true by itself.
 * The news of it has the stored components compared again, in a job.
 * @param tell hears how many records were read so far. @throws advisories.empty, .unreadable, .stopped
 */
export async function importOpened(
  { opened, pieces }: FileReader,
  id: string,
  context: Context,
  tell: (done: number) => void = () => {},
): Promise<AdvisoryImport> {
  const { kind, date } = opened;
  const tally: Tally = { records: 0, changed: 0, rejected: opened.rejected, refused: [], newest: null, ecosystems: new Set() };
  for await (const piece of pieces()) {
    count(tally, piece);
    tally.changed += await transaction(context, async () => {
      const changed = await storePiece(id, piece, date);
      await settleImport(id, { state: 'running', ...counts({ ...tally, changed: tally.changed + changed }) });
      return changed;
    });
    tell(tally.records + tally.rejected);
  }
  if (tally.records === 0) throw advisoryProblems.empty();
  return await transaction(context, () => finish(id, kind, tally, date));
}

async function storePiece(id: string, { advisories, kev, epss }: Piece, date: string | null): Promise<number> {
  return (await storeAdvisories(id, advisories)) + (await storeKev(id, kev)) + (await storeEpss(id, epss, date));
}

function count(tally: Tally, { advisories, kev, epss, refused, rejected }: Piece): void {
  tally.records += advisories.length + kev.length + epss.length;
  tally.rejected += rejected;
  tally.refused = [...tally.refused, ...refused].slice(0, 20);
  for (const { modified, affected } of advisories) {
    if (modified !== null && (tally.newest === null || modified > tally.newest)) tally.newest = modified;
    for (const { ecosystem } of affected) tally.ecosystems.add(ecosystem);
  }
}

function counts({ records, changed, rejected, refused, ecosystems }: Tally) {
  return { records, changed, rejected, refused, ecosystems: [...ecosystems].sort() };
}

async function finish(id: string, kind: AdvisoryImport['kind'], tally: Tally, date: string | null): Promise<AdvisoryImport> {
  if (kind !== 'osv') await dropOlder(kind, id);
  const newest = tally.newest === null || Number.isNaN(Date.parse(tally.newest)) ? null : new Date(tally.newest).toISOString().slice(0, 10);
  const row = await settleImport(id, { state: 'done', dataDate: date ?? newest, ...counts(tally) });
  if (row === null) throw advisoryProblems.stopped();
  await publish(advisoriesImported, { importId: id, kind, records: row.records, changed: row.changed });
  return row;
}
