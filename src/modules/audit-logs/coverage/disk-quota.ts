/** Fail closed before the disk is full: from 95 % of the quota on nothing is changed, because it could not be recorded for long. */
import { installAuditGate } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { Loop } from '../../../platform/loop.ts';
import { bytesOnDiskAcrossWorkspaces } from './coverage-store.ts';

const lookMs = 60_000;
export type Gate = 'open' | 'changes-refused' | 'closed';

/** Pure. @param quota in bytes; 0: none. */
export function gateFor(bytes: number, quota: number): Gate {
  if (quota === 0 || bytes < 0.95 * quota) return 'open';
  return bytes < quota ? 'changes-refused' : 'closed';
}

/** Looks each minute. Without a quota nothing is measured. */
export function watchDiskQuota(): { stop(): Promise<void> } {
  const quota = config().AUDIT_DISK_QUOTA_BYTES;
  if (quota === 0) return { stop: async () => {} };
  let gate: Gate = 'open';
  installAuditGate(() => gate);
  const loop = new Loop('audit-logs.quota', lookMs, async () => {
    const bytes = await systemTransaction(bytesOnDiskAcrossWorkspaces, { readOnly: true });
    const next = gateFor(bytes, quota);
    if (next !== gate)
      log('error').error({ code: 'audit-logs.quota', gate: next, bytes, quota }, 'The audit log nears its quota, or has room again');
    gate = next;
    return false;
  });
  return {
    stop: async () => {
      installAuditGate(() => 'open');
      await loop.stop();
    },
  };
}
