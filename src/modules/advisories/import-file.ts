/** One uploaded file: to disk, through a worker, into the database piece by piece. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../contract/actor.ts';
import { config } from '../../platform/config.ts';
import { transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import { type AdvisoryImport, advisoriesImported, advisoryProblems } from './contract.ts';
import { dropOlder, insertImport, settleImport, storeAdvisories, storeEpss, storeKev } from './import-store.ts';
import type { Piece } from './intake.ts';
import { type FileReader, withFile } from './read-file.ts';

/**
 * Imports a file of any of the three kinds. Each piece is one transaction; records that came before a failure stay,
 * because each is true by itself. The news of it has the stored components compared again, in a job.
 * @throws advisories.tooLarge, .unreadable, .empty, .stopped
 */
export async function importUpload(body: Readable, name: string, context: Context): Promise<AdvisoryImport> {
  const uploads = join(config().DATA_DIR, 'uploads');
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(uploads, 'advisories-'));
  try {
    const path = join(folder, 'file');
    await pipeline(body, limited(config().MAX_UPLOAD_BYTES), createWriteStream(path, { mode: 0o600 }), { signal: context.signal });
    return await withFile(path, context.signal, (reader) => importOpened(reader, name, context));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function limited(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(advisoryProblems.tooLarge({ limit: most }));
      else done(null, chunk);
    },
  });
}

type Tally = { records: number; changed: number; rejected: number; refused: string[]; newest: string | null; ecosystems: Set<string> };

export async function importOpened(reader: FileReader, name: string, context: Context): Promise<AdvisoryImport> {
  const { opened } = reader;
  if (opened.count === 0) throw advisoryProblems.empty();
  const { kind, sha256, bytes, date } = opened;
  const id = await transaction(context, () =>
    insertImport({
      kind,
      name: name.slice(0, 200),
      sha256,
      bytes,
      dataDate: date,
      rejected: opened.rejected,
      importedBy: context.actor.id,
    }),
  );
  const tally: Tally = { records: 0, changed: 0, rejected: opened.rejected, refused: [], newest: null, ecosystems: new Set() };
  try {
    for await (const piece of reader.pieces()) {
      tally.changed += await transaction(context, () => storePiece(id, piece, date));
      count(tally, piece);
    }
    if (tally.records === 0) throw advisoryProblems.empty();
    return await transaction(context, () => finish(id, kind, tally, date));
  } catch (error) {
    await transaction({ ...context, signal: new AbortController().signal }, () => settleImport(id, { state: 'failed', ...counts(tally) }));
    throw error;
  }
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
