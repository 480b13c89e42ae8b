/** What the gateway takes from the audit log besides its routes. */
import type { Context } from '../../contract/actor.ts';
import { audit } from '../../platform/audit.ts';
import { config } from '../../platform/config.ts';
import { systemTransaction, transaction } from '../../platform/database/database.ts';
import { log } from '../../platform/log.ts';
import { detectRollbacks } from './anchors/rollback.ts';
import { noteMigrations } from './coverage/coverage-store.ts';
import { watchDiskQuota } from './coverage/disk-quota.ts';
import { startReconciling } from './coverage/reconcile.ts';
import { startProjector } from './recording/projector.ts';
import { type SequencedFor, sequenceAll, startSequencer } from './recording/sequencer.ts';
import { installSink } from './recording/sink.ts';
import { systemContext } from './recording/system-context.ts';
import { startScheduledVerification } from './schedule/scheduled-verification.ts';
import { destroyListedAgain } from './sealed/erasure.ts';
import { makeCheckpoints, startCheckpoints } from './tree/checkpoints.ts';
import { homeWorkspaceAcrossWorkspaces } from './tree/tree-store.ts';

/**
 * Makes state changes recordable in this process; `sequence` also gives records their place in the chain here: those of its own, or as well
 * those of processes that leave it to others. Before it answers,
 * keys that were destroyed are destroyed again (a restored backup brings them back), and the start itself is an entry.
 */
export async function installAuditLog({ sequence }: { sequence: SequencedFor | null }): Promise<{ stop(): Promise<void> }> {
  installSink();
  const again = await destroyListedAgain();
  if (again > 0)
    log('security').warn({ code: 'audit-logs.keysDestroyedAgain', count: again }, 'Destroyed keys had come back and were destroyed again');
  // Before anything is appended: a log that was rolled back goes on in a new epoch.
  if (sequence !== null)
    await detectRollbacks().catch((error: unknown) =>
      log('error').error(
        { error, code: 'audit-logs.placesNotRead' },
        'The second places of the audit log could not be compared at the start',
      ),
    );
  await recordPassage('platform.start');
  const quota = watchDiskQuota();
  const coverage = startReconciling();
  const projector = sequence === null ? null : startProjector();
  const sequencer = projector === null || sequence === null ? null : startSequencer(projector.follow, sequence);
  const checkpoints = sequence === null ? null : startCheckpoints();
  const verification = sequence === null ? null : startScheduledVerification();
  return {
    stop: async () => {
      await Promise.all([quota.stop(), coverage.stop()]);
      await recordPassage('platform.stop').catch((error: unknown) =>
        log('error').error({ error, code: 'audit-logs.stopNotRecorded' }, 'The stop of the process could not be recorded'),
      );
      await Promise.all([sequencer?.stop(), projector?.stop(), checkpoints?.stop(), verification?.stop()]);
      if (sequencer !== null) await lastEntries();
    },
  };
}

/** What was recorded last finds its place, and is not left unsigned until the next start. */
async function lastEntries(): Promise<void> {
  try {
    while ((await sequenceAll()) > 0);
    await makeCheckpoints({ onlyDue: false });
  } catch (error) {
    log('error').error({ error, code: 'audit-logs.lastCheckpoint' }, 'The last checkpoint of the audit log could not be made');
  }
}

/** Start and stop of a process, with the migrations that were applied since the last start. They belong to the first workspace. */
async function recordPassage(action: 'platform.start' | 'platform.stop'): Promise<void> {
  const home = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  if (home === null) return;
  const context: Context = systemContext(home, 'platform');
  await transaction(context, async () => {
    const migrations = action === 'platform.start' ? await noteMigrations() : [];
    if (migrations.length > 0)
      await audit.record({
        action: 'platform.migrate',
        resource: { type: 'platform', id: null },
        outcome: 'done',
        change: { after: { migrations } },
      });
    await audit.record({ action, resource: { type: 'platform', id: config().PROCESS }, outcome: 'done' });
  });
}
