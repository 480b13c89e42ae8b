/** Answers questions about the log; that it was read is recorded at the door, as the contract says. */
import type { Context } from '../../../contract/actor.ts';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Page } from '../../../contract/page.ts';
import { transaction } from '../../../platform/database/database.ts';
import { type AuditEntry, type AuditFilter, auditLogProblems, type listAuditLogs } from '../contract.ts';
import { EntryLine, leafOf } from '../entry.ts';
import { sealedPurposes } from '../sealed/read-sealed.ts';
import { type EntryFilter, findEntry, listEntries } from './reading-store.ts';

const dayMs = 86_400_000;

export async function readLog(input: ParsedInputOf<typeof listAuditLogs>, context: Context): Promise<Page<AuditEntry>> {
  const { cursor, limit, page, per_page, ...filter } = input;
  const paging = { cursor, limit, page, per_page };
  const wanted = filterOf(filter);
  return transaction(context, () => listEntries(wanted, paging, entryAnswer), { readOnly: true });
}

/** What a filter means in columns. @throws audit-logs.emptyRange, audit-logs.noWords */
export function filterOf(input: AuditFilter): EntryFilter {
  const { user_id, action, resource, resource_id, outcome, trace_id, start_date, end_date, q } = input;
  const since = start_date === undefined ? undefined : new Date(start_date);
  const until = end_date === undefined ? undefined : endOf(end_date);
  if (since && until && since >= until) throw auditLogProblems.emptyRange({ start: start_date ?? '', end: end_date ?? '' });
  return {
    actorId: user_id,
    action,
    resourceType: resource,
    resourceId: resource_id,
    outcomes: outcome,
    traceId: trace_id,
    since,
    until,
    words: q === undefined ? undefined : wordsOf(q),
  };
}

/** One entry, and which personal parts are sealed beside it. */
export async function readEntry(id: string, context: Context) {
  const found = await transaction(context, () => findEntry(id), { readOnly: true });
  if (!found) throw auditLogProblems.notFound({ id });
  return {
    ...entryAnswer(found),
    line: found.toString('utf8'),
    personal: await transaction(context, () => sealedPurposes(id, found), { readOnly: true }),
  };
}

/** A day given as an end is meant to its last moment. */
function endOf(moment: string): Date {
  const date = new Date(moment);
  return /^\d{4}-\d\d-\d\d$/.test(moment) ? new Date(date.getTime() + dayMs) : date;
}

/** Beginnings of words, all of them wanted. Signs only divide, so nothing a caller types is an operator. */
export function wordsOf(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  if (words.length === 0) throw auditLogProblems.noWords();
  return words
    .slice(0, 20)
    .map((word) => `'${word}':*`)
    .join(' & ');
}

/** What a line says. Filters use columns, but what is shown comes from the bytes that are hashed. */
export function entryAnswer(line: Buffer): AuditEntry {
  const entry = EntryLine.parse(JSON.parse(line.toString('utf8')));
  const { actor, request, change } = entry;
  return {
    id: entry.id,
    index: entry.index,
    time: entry.time,
    clockRegressed: entry.clock === 'regressed',
    actor: { kind: actor.kind, id: actor.id, roles: actor.roles, session: actor.session ?? null },
    action: entry.action,
    resource: entry.resource,
    outcome: entry.outcome,
    reason: entry.reason ?? null,
    request: { method: request.method ?? null, endpoint: request.endpoint ?? null, traceId: request.trace, process: request.process },
    change:
      change === undefined
        ? null
        : { fields: change.fields, before: change.before ?? null, after: change.after ?? null, tooLarge: change.omitted === 'too-large' },
    leaf: leafOf(line),
    prev: entry.prev,
  };
}
