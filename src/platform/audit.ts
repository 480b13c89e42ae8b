/**
 * The audit door of the platform: every state change writes one record in the transaction of the change.
 * The slice audit-logs installs the sink that stores it; without a sink state changes are refused (fail closed).
 */
import type { Context } from '../contract/actor.ts';

export type AuditRecord = {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string | null };
  readonly outcome: 'done' | 'denied' | 'failed' | 'allowed';
  /** Code of the problem, for denied and failed. */
  readonly reason?: string;
  readonly change?: { readonly fields: readonly string[]; readonly before?: unknown; readonly after?: unknown };
  readonly request?: { readonly method: string; readonly endpoint: string };
};
/** Writes the record into the ambient transaction. */
export type AuditSink = (record: AuditRecord, context: Context) => Promise<void>;
