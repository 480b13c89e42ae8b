/** The door of an import: the bytes go to disk, are recognised there, and a job reads them from then on. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../../contract/actor.ts';
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { type AdvisoryImport, advisoryProblems } from '../contract.ts';
import { importJob } from './import-job.ts';
import { insertImport } from './import-store.ts';
import { fileOfImport, uploadsFolder } from './import-upload.ts';
import { withFile } from './read-file.ts';

/** An upload nobody began to read within a day is left over from a process that died. */
const abandonedMs = 86_400_000;

/**
 * Keeps an uploaded file and starts its import.
 * @throws advisories.tooLarge, .unreadable, .empty: before anything is stored
 */
export async function receiveImport(body: Readable, name: string, context: Context): Promise<AdvisoryImport> {
  const uploads = uploadsFolder();
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  await dropAbandoned(uploads);
  const folder = await mkdtemp(join(uploads, 'receiving-'));
  try {
    const path = join(folder, 'file');
    await pipeline(body, limited(config().MAX_UPLOAD_BYTES), createWriteStream(path, { mode: 0o600 }), { signal: context.signal });
    const opened = await withFile(path, context.signal, async (reader) => reader.opened);
    if (opened.count === 0) throw advisoryProblems.empty();
    return await transaction(context, async () => {
      const row = await insertImport({ opened, name: name.slice(0, 200), importedBy: context.actor.id });
      await rename(path, fileOfImport(row.id));
      await enqueue(importJob, { importId: row.id }, { title: `Import ${row.name}`, subject: { type: 'advisories', id: row.id } });
      return row;
    });
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

async function dropAbandoned(uploads: string): Promise<void> {
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}
