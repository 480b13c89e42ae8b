/** From what a slice reports to the pending entry: bounded, free of secrets, and always writable. */
import type { Context } from '../../contract/actor.ts';
import type { AuditRecord } from '../../platform/audit.ts';
import { canonicalJson } from './canonical-json.ts';
import { microTime, type PendingEntry } from './entry.ts';

const mostChangeBytes = 20_000;
const mostFields = 200;
const longestText = 2000;
const deepest = 8;
const secretName = /pass(?:word|phrase)|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key/i;

type Given = { readonly id: string; readonly now: number; readonly process: string };

/**
 * Builds the entry of one record. Pure: id, time (ms since 1970) and process are given.
 * Values of a change are reduced to the fields that differ; names that sound like secrets keep their name only; too much is left out
 * and said so. Nothing a caller can send makes this throw, because a record that cannot be written stops the change.
 */
export function pendingEntry(record: AuditRecord, { actor, traceId }: Context, { id, now, process }: Given): PendingEntry {
  const change = record.change === undefined ? undefined : changeOf(record.change);
  return {
    v: 1,
    id,
    time: microTime(now),
    actor: {
      kind: actor.kind,
      id: plainText(actor.id, 200),
      roles: actor.role === null ? [] : [actor.role],
      ...(actor.sessionId === undefined ? {} : { session: actor.sessionId }),
    },
    action: plainText(record.action, 120),
    resource: { type: plainText(record.resource.type, 120), id: record.resource.id === null ? null : plainText(record.resource.id, 200) },
    outcome: record.outcome,
    ...(record.reason === undefined ? {} : { reason: plainText(record.reason, 120) }),
    request: {
      ...(record.request === undefined
        ? {}
        : { method: plainText(record.request.method, 10), endpoint: plainText(record.request.endpoint, 200) }),
      trace: plainText(traceId, 64),
      process: plainText(process, 40),
    },
    ...(change === undefined ? {} : { change }),
  };
}

/** Columns hold it too, and PostgreSQL's text has no NUL: control characters become U+FFFD. */
function plainText(text: string, most: number): string {
  return text
    .slice(0, most)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd');
}

type Change = NonNullable<PendingEntry['change']>;

function changeOf({ before, after }: NonNullable<AuditRecord['change']>): Change {
  const old = fieldsOf(before);
  const fresh = fieldsOf(after);
  const names = [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
  const fields = names.slice(0, mostFields).sort();
  const values = { ...sideOf('before', old, fields), ...sideOf('after', fresh, fields) };
  if (canonicalJson(values).length > mostChangeBytes) return { fields, omitted: 'too-large' };
  return { fields, ...values };
}

/** Canonical text by field name; a value that is no object is the field ''. */
function fieldsOf(side: unknown): ReadonlyMap<string, string> {
  if (side === undefined || side === null) return new Map();
  const value = jsonValue(side, 0);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([['', canonicalJson(value)]]);
  return new Map(Object.entries(value).map(([name, member]) => [name, canonicalJson(member)]));
}

function sideOf(side: 'before' | 'after', values: ReadonlyMap<string, string>, fields: readonly string[]): Partial<Change> {
  if (values.size === 0) return {};
  const kept = fields.flatMap((name) => {
    const text = values.get(name);
    return text === undefined ? [] : [[name, JSON.parse(text)]];
  });
  return { [side]: Object.fromEntries(kept) };
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Anything to plain JSON, bounded in depth, width and length. */
function jsonValue(value: unknown, depth: number): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return shortened(value.toWellFormed());
  if (typeof value === 'number')
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : String(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= deepest) return '[deeper values left out]';
  if (Array.isArray(value) || value instanceof Set) return [...value].slice(0, mostFields).map((item) => jsonValue(item, depth + 1));
  const members =
    value instanceof Map
      ? [...value].map(([name, member]) => [typeof name === 'object' ? 'object' : String(name), member] as const)
      : Object.entries(value);
  return Object.fromEntries(
    members
      .filter(([, member]) => member !== undefined)
      .slice(0, mostFields)
      .map(([name, member]) => {
        const key = name.slice(0, 200).toWellFormed();
        return [key, secretName.test(key) ? '[hidden]' : jsonValue(member, depth + 1)];
      }),
  );
}

function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText).toWellFormed()} [${text.length - longestText} more characters]`;
}
