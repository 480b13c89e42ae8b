/** News between slices: each slice declares its events in its contract.ts; names are `<noun>.<past tense>`. */
import { z } from 'zod';
import type { Permission } from './permission.ts';

export type EventKind<P extends z.ZodType = z.ZodType> = {
  readonly type: `${string}.${string}`;
  readonly payload: P;
  /** Who may see it in the live stream; null keeps it inside. */
  readonly visibleTo: Permission | null;
};

/** @example export const assetRegistered = eventKind('asset.registered', z.object({ assetId: z.uuid() }), 'ai-assets:read'); */
export function eventKind<P extends z.ZodType>(type: EventKind['type'], payload: P, visibleTo: Permission | null): EventKind<P> {
  return { type, payload, visibleTo };
}

/** An event as it is stored and delivered. `seq` is gapless per installation and is the Last-Event-ID. */
export const StoredEvent = z.object({
  seq: z.int(),
  id: z.uuid(),
  workspaceId: z.uuid(),
  type: z.string(),
  at: z.iso.datetime(),
  traceId: z.string().nullable(),
  actorId: z.uuid().nullable(),
  payload: z.json(),
});
export type StoredEvent = z.infer<typeof StoredEvent>;
