/** The trail of an incident: its timeline and the audit record of each transition, in the transaction of the transition. */
import { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { currentContext } from '../../../platform/ambient.ts';
import { audit } from '../../../platform/audit.ts';
import { call } from '../../../platform/http/call.ts';
import { getUser } from '../../identity/contract.ts';
import type { ActorWord, TimelineEntry } from '../contract.ts';
import type { TimelineRow } from '../table.ts';
import { writeTimeline } from './incident-store.ts';

/** Who acts now, by name. */
export async function actingNow(): Promise<ActorWord> {
  const actor = currentContext()?.actor;
  if (actor === undefined) return { kind: 'system', id: 'platform', name: 'The platform' };
  if (actor.kind !== 'user') return { kind: actor.kind, id: actor.id, name: machineName(actor.id, actor.kind) };
  return { kind: 'user', id: actor.id, name: await nameOf(actor.id) };
}

function machineName(id: string, kind: string): string {
  if (id.startsWith('timer:')) return 'A timer';
  return kind === 'service' ? id : 'The platform';
}

/** Of a person; of anything else the id it goes by. */
export async function nameOf(id: string): Promise<string> {
  if (!z.uuid().safeParse(id).success) return id;
  try {
    return (await call(getUser, { id })).name;
  } catch (error) {
    if (isProblem(error) && (error.status === 404 || error.status === 403 || error.status === 501)) return id;
    throw error;
  }
}

export type Said = {
  readonly kind: TimelineEntry['kind'];
  readonly text: string;
  readonly subject?: { readonly type: string; readonly id: string };
  readonly lateByMs?: number | null;
};

export async function note(incidentId: string | null, { kind, text, subject, lateByMs = null }: Said): Promise<TimelineRow | null> {
  if (incidentId === null) return null;
  const actor = await actingNow();
  const [row] = await writeTimeline([
    {
      incidentId,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      kind,
      text: text.slice(0, 4200),
      subjectType: subject?.type ?? null,
      subjectId: subject?.id ?? null,
      lateByMs,
    },
  ]);
  return row ?? null;
}

/** One record of one transition: what it was, what it is, why, and what it follows from. */
export async function seal(
  action: `${'incident' | 'act' | 'quarantine' | 'playbook'}.${string}`,
  resource: { type: string; id: string },
  change: { before?: unknown; after: unknown },
): Promise<void> {
  await audit.record({ action: `incidents.${action}`, resource, outcome: 'done', change });
}

export function toEntry(row: TimelineRow): TimelineEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    kind: row.kind,
    text: row.text,
    subject: row.subjectType === null || row.subjectId === null ? null : { type: row.subjectType, id: row.subjectId },
    lateByMs: row.lateByMs,
  };
}
