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

export async function testLog(t: Parameters<typeof testDatabase>[0]): Promise<TestLog> {
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
  const database = await testDatabase(t);
  installSink();
  // Copies of one template: their workspaces have the same id.
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
