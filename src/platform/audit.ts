/**
 * The audit door of the platform: every state change writes one record in the transaction of the change.
 * The slice audit-logs installs the sink that stores it; without a sink state changes are refused (fail closed).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '../contract/actor.ts';
import { problems } from '../contract/problem.ts';
import { currentContext } from './ambient.ts';

export type AuditRecord = {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string | null };
  readonly outcome: 'done' | 'denied' | 'failed' | 'allowed';
  /** Code of the problem, for denied and failed. */
  readonly reason?: string;
  readonly change?: { readonly before?: unknown; readonly after?: unknown };
  readonly request?: { readonly method: string; readonly endpoint: string };
};
/** Writes the record into the ambient transaction. */
export type AuditSink = (record: AuditRecord, context: Context) => Promise<void>;

export const auditProblems = problems('audit', {
  unavailable: [503, 'The audit log cannot be written, so nothing was changed.'],
});

type Notes = { subject?: AuditRecord['resource']; change?: AuditRecord['change'] };
const notes = new AsyncLocalStorage<Notes>();
let sink: AuditSink | undefined;

export function installAuditSink(install: AuditSink): void {
  sink = install;
}

/** Whether records can still be kept: 'changes-refused' leaves the room that is left to readings. */
export type AuditGate = 'open' | 'changes-refused' | 'closed';
let gate: () => AuditGate = () => 'open';
export function installAuditGate(install: () => AuditGate): void {
  gate = install;
}

/** Before the work of a request that must be recorded. @throws audit.unavailable */
export function checkAuditGate({ changes }: { changes: boolean }): void {
  const state = gate();
  if (state === 'closed' || (state === 'changes-refused' && changes)) throw auditProblems.unavailable();
}

async function write(record: AuditRecord): Promise<void> {
  const context = currentContext();
  if (sink === undefined || context === undefined) throw auditProblems.unavailable();
  // What makes room again is done by jobs and by the platform itself.
  if (context.actor.kind === 'user') checkAuditGate({ changes: false });
  await sink(record, context);
}

export const audit = {
  /** Names the object the running request changes. Without it the id is taken from the input or the answer. */
  subject(resource: { type: string; id: string | null }): void {
    const current = notes.getStore();
    if (current) current.subject = resource;
  },
  /** Values before and after the change; only fields that are no personal data. */
  change(change: { before?: unknown; after?: unknown }): void {
    const current = notes.getStore();
    if (current) current.change = change;
  },
  /** An entry besides the one the request itself leaves. */
  record: write,
};

/** Runs one request's work with its own notes; `finish` writes its record with what was noted. */
export async function withAuditNotes<T>(work: (finish: (record: AuditRecord) => Promise<void>) => Promise<T>): Promise<T> {
  const mine: Notes = {};
  return notes.run(mine, () =>
    work((record) => write({ ...record, resource: mine.subject ?? record.resource, ...(mine.change ? { change: mine.change } : {}) })),
  );
}
