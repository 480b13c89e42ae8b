/** For the bench: an audit log on an embedded PostgreSQL as the platform runs it, every commit on the disk before it counts. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Context } from '../../contract/actor.ts';
import { systemActor } from '../../platform/actors.ts';
import { overrideEnvironment, projectRoot } from '../../platform/config.ts';
import { Database, embeddedTarget } from '../../platform/database/connection.ts';
import { inDatabase } from '../../platform/database/database.ts';
import { startEmbedded, stopEmbedded } from '../../platform/database/embedded/postmaster.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { migrations } from '../../platform/database/migrations.generated.ts';
import { microTime, type PendingEntry } from './entry.ts';
import { canonicalJson } from './recording/canonical-json.ts';
import { entryId } from './recording/clock.ts';
import { installSink } from './recording/sink.ts';

export type DurableLog = {
  readonly database: Database;
  readonly owner: pg.Pool;
  readonly workspace: string;
  context(): Context;
  /** Records that wait for their place, as so many changes would have left them. */
  fillPending(count: number): Promise<void>;
  inside<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export async function durableLog(): Promise<DurableLog> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-bench-'));
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', DATA_DIR: folder });
  const { place } = await startEmbedded({ dataDirectory: folder });
  const target = embeddedTarget(place, { processName: 'bench' });
  // As the files are now.
  const files = migrations.map((one) => ({
    ...one,
    sha256: createHash('sha256')
      .update(readFileSync(join(projectRoot, one.path)))
      .digest('hex'),
  }));
  await migrate(target, { migrations: files });
  const database = new Database(target, { poolSize: 8 });
  const owner = new pg.Pool({ ...target.owner, max: 2 });
  owner.on('error', () => {});
  installSink();
  const { rows } = await owner.query<{ id: string }>('select id from platform.workspace order by created_at, id limit 1');
  const workspace = rows[0]?.id ?? '';
  const context = (): Context => ({
    actor: systemActor(workspace, 'bench'),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    signal: new AbortController().signal,
    address: '192.0.2.1',
    userAgent: 'bench',
  });
  const fillPending = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 5000) {
      const payloads = Array.from({ length: Math.min(5000, count - done) }, (_, step) => payloadOf(done + step));
      await owner.query(
        'insert into audit_logs.pending (id, workspace_id, payload) select i, $3, p from unnest($1::uuid[], $2::bytea[]) as t (i, p)',
        [payloads.map(({ id }) => id), payloads.map(({ bytes }) => bytes), workspace],
      );
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([database.close(), owner.end()]);
    await stopEmbedded(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  return { database, owner, workspace, context, fillPending, inside: (work) => inDatabase(database, work), close };
}

function payloadOf(number: number): { readonly id: string; readonly bytes: Buffer } {
  const now = Date.now();
  const id = entryId(now);
  const entry: PendingEntry = {
    v: 1,
    id,
    time: microTime(now),
    actor: { kind: 'user', id: '0190a0b0-0000-7000-8000-00000000000a', roles: ['admin'] },
    action: 'ai-assets.update',
    resource: { type: 'ai-assets', id: `asset-${number}` },
    outcome: 'done',
    change: { fields: ['risk'], before: { risk: 'low' }, after: { risk: 'high' } },
    request: { method: 'PATCH', endpoint: '/api/ai-assets/:id', trace: '0af7651916cd43dd8448eb211c80319c', process: 'gateway' },
  };
  return { id, bytes: Buffer.from(canonicalJson(entry), 'utf8') };
}
