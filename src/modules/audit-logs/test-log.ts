/** For tests: a database whose audit log is written through the real door of the platform. */
import { audit } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { sequenceWorkspace } from './recording/sequencer.ts';
import { installSink } from './recording/sink.ts';
import { forgetVerifications } from './verifying/verify.ts';

export type TestLog = TestDatabase & {
  /** Records `count` changes, each in a transaction of its own, and appends them. */
  fill(count: number): Promise<void>;
  sequence(): Promise<number>;
};

type Owner = Parameters<typeof testDatabase>[0];

export async function testLog(t: Owner): Promise<TestLog> {
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
  return logIn(await testDatabase(t));
}

/**
 * One database for all tests of a file, its log emptied for each: a copy and its first connections cost more than most tests. For tests
 * that leave the schema as it was; others take `testLog`.
 * @param file or its suite: ends the database.
 */
export function freshLogs(file: Owner): () => Promise<TestLog> {
  let opened: Promise<TestDatabase> | undefined;
  const releases: (() => Promise<void>)[] = [];
  file.after(async () => {
    for (const release of releases) await release();
  });
  return async () => {
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
    opened ??= testDatabase({ after: (release) => releases.push(release) });
    const database = await opened;
    await emptyLog(database);
    return logIn(database);
  };
}

/** As migrations leave it: they put a row into no other table of this slice than the one that knows whether the schema is watched. */
async function emptyLog({ owner }: TestDatabase): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relnamespace = 'audit_logs'::regnamespace
     and relkind in ('r', 'p') and not relispartition and relname <> 'schema_watch'`,
  );
  const tables = [...rows.map(({ name }) => name), 'platform.outbox'];
  // Its triggers refuse every deletion.
  await owner.query(
    `begin; set local session_replication_role = replica; ${tables.map((name) => `delete from ${name}`).join('; ')}; commit`,
  );
}

function logIn(database: TestDatabase): TestLog {
  installSink();
  // Copies of one template, and one that was emptied: their workspaces have the same id.
  forgetVerifications();
  const sequence = async () => {
    let total = 0;
    for (let appended = 1; appended > 0; total += appended) {
      appended = await inDatabase(database.database, () => sequenceWorkspace(database.workspaceId));
    }
    return total;
  };
  const fill = async (count: number) => {
    for (let index = 0; index < count; index += 1) await database.run(() => recordChange(index));
    await sequence();
  };
  return { ...database, fill, sequence };
}

export function recordChange(number: number): Promise<void> {
  return audit.record({
    action: 'ai-assets.update',
    resource: { type: 'ai-assets', id: `asset-${number}` },
    outcome: 'done',
    change: { before: { risk: 'low' }, after: { risk: 'high' } },
  });
}
