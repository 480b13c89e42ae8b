/** What the gateway takes from the audit log besides its routes. */
import { log } from '../../platform/log.ts';
import { makeCheckpoints, startCheckpoints } from './checkpoints.ts';
import { startSequencer } from './sequencer.ts';
import { installSink } from './sink.ts';

/** Makes state changes recordable in this process; `sequence` also gives records their place in the chain here. */
export function installAuditLog({ sequence }: { sequence: boolean }): { stop(): Promise<void> } {
  installSink();
  if (!sequence) return { stop: async () => {} };
  const sequencer = startSequencer();
  const checkpoints = startCheckpoints();
  return {
    stop: async () => {
      await Promise.all([sequencer.stop(), checkpoints.stop()]);
      // What was appended last is not left unsigned until the next start.
      await makeCheckpoints({ onlyDue: false }).catch((error: unknown) =>
        log('error').error({ error, code: 'audit-logs.lastCheckpoint' }, 'The last checkpoint of the audit log could not be made'),
      );
    },
  };
}
