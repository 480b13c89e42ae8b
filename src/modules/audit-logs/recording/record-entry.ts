/** From what a slice reports to the pending entry: bounded, free of secrets, and always writable. */
import type { Context } from '../../../contract/actor.ts';
import type { AuditRecord } from '../../../platform/audit.ts';
import { microTime, type PendingEntry } from '../entry.ts';
import { type Json, looksPersonal, sealedMark, withoutPersonal } from '../sealed/personal.ts';
import type { PersonalPart } from '../sealed/seal-parts.ts';
import { canonicalJson } from './canonical-json.ts';

const mostChangeBytes = 20_000;
const mostFields = 200;
const longestText = 2000;
const deepest = 8;
const secretName = /pass(?:word|phrase)|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key/i;

type Given = { readonly id: string; readonly now: number; readonly process: string };

/** The entry, and what is sealed beside it: at most one part of each purpose. */
export type EntryDraft = { readonly entry: PendingEntry; readonly parts: readonly PersonalPart[] };

/**
 * Builds the entry of one record. Pure: id, time (ms since 1970) and process are given.
 * Values of a change are reduced to the fields that differ; names that sound like secrets keep their name only; what is personal is
 * taken out, to be sealed; too much is left out and said so. Nothing a caller can send makes this throw, because a record that cannot
 * be written stops the change.
 */
export function draftEntry(record: AuditRecord, context: Context, { id, now, process }: Given): EntryDraft {
  const { actor, traceId } = context;
  const resourceId = record.resource.id === null ? null : plainText(record.resource.id, 200);
  const hidesResource = resourceId !== null && looksPersonal(resourceId);
  const subject = subjectOf(record, context);
  const ofPerson = isOfPerson(record);
  const { change, values } = record.change === undefined ? { values: {} } : changeOf(record.change, ofPerson);
  const entry: PendingEntry = {
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
    resource: { type: plainText(record.resource.type, 120), id: hidesResource ? sealedMark : resourceId },
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
  const about = ofPerson && record.resource.id !== null ? plainText(record.resource.id, 200) : subject;
  const sealed = { ...values, ...(hidesResource ? { resource: resourceId } : {}) };
  return {
    entry,
    parts: [
      ...requestPart(context, subject),
      ...(Object.keys(sealed).length === 0 ? [] : [{ purpose: 'values', subject: about, values: sealed } as const]),
    ],
  };
}

/** Whose address it is: who acts, or, before anybody has signed in, whose account was named. */
function subjectOf({ resource }: AuditRecord, { actor }: Context): string {
  const isNamed = actor.id === 'anonymous' && resource.type === 'users' && resource.id !== null;
  return plainText(isNamed ? (resource.id ?? '') : actor.id, 200) || 'unknown';
}

function isOfPerson({ resource: { type } }: AuditRecord): boolean {
  return type === 'users' || type === 'identity';
}

function requestPart({ address, userAgent }: Context, subject: string): PersonalPart[] {
  if (address === null && userAgent === null) return [];
  return [
    {
      purpose: 'request',
      subject,
      values: { address: address?.slice(0, 64).toWellFormed() ?? null, userAgent: userAgent?.slice(0, 400).toWellFormed() ?? null },
    },
  ];
}

/** Columns hold it too, and PostgreSQL's text has no NUL: control characters become U+FFFD. */
function plainText(text: string, most: number): string {
  return text
    .slice(0, most)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd');
}

type Change = NonNullable<PendingEntry['change']>;

type Values = { before?: Json; after?: Json };

function changeOf({ before, after }: NonNullable<AuditRecord['change']>, ofPerson: boolean): { change: Change; values: Values } {
  const old = fieldsOf(before);
  const fresh = fieldsOf(after);
  const names = [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
  const chosen = names.slice(0, mostFields).sort();
  const sides = { before: sideOf(old, chosen, ofPerson), after: sideOf(fresh, chosen, ofPerson) };
  // A field's name may be a person's mail address.
  const fields = [...new Set(chosen.map((name) => (looksPersonal(name) ? sealedMark : name)))].sort();
  const shown = { ...one('before', sides.before.shown), ...one('after', sides.after.shown) };
  if (canonicalJson(shown).length > mostChangeBytes) return { change: { fields, omitted: 'too-large' }, values: {} };
  const values: Values = { ...one('before', sides.before.personal), ...one('after', sides.after.personal) };
  if (canonicalJson(values).length > mostChangeBytes) return { change: { fields, omitted: 'too-large' }, values: {} };
  return { change: { fields, ...shown }, values };
}

function one<N extends string>(name: N, values: { [name: string]: Json } | null): { [K in N]?: { [name: string]: Json } } {
  return (values === null ? {} : { [name]: values }) as { [K in N]?: { [name: string]: Json } };
}

/** Canonical text by field name; a value that is no object is the field ''. */
function fieldsOf(side: unknown): ReadonlyMap<string, string> {
  if (side === undefined || side === null) return new Map();
  const value = jsonValue(side, 0);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([['', canonicalJson(value)]]);
  return new Map(Object.entries(value).map(([name, member]) => [name, canonicalJson(member)]));
}

type Side = { readonly shown: { [name: string]: Json } | null; readonly personal: { [name: string]: Json } | null };

/** Chosen fields of one side: as the line shows them, and whole where something personal was taken out. */
function sideOf(values: ReadonlyMap<string, string>, fields: readonly string[], ofPerson: boolean): Side {
  if (values.size === 0) return { shown: null, personal: null };
  const shown: [string, Json][] = [];
  const personal: [string, Json][] = [];
  for (const name of fields) {
    const text = values.get(name);
    if (text === undefined) continue;
    const value: Json = JSON.parse(text);
    const hidesName = looksPersonal(name);
    const without = hidesName ? { shown: sealedMark, isPersonal: true } : withoutPersonal(name, value, ofPerson);
    shown.push([hidesName ? sealedMark : name, without.shown]);
    if (without.isPersonal) personal.push([name, value]);
  }
  return { shown: Object.fromEntries(shown), personal: personal.length === 0 ? null : Object.fromEntries(personal) };
}

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
