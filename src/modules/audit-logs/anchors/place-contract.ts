/** Second places: how each of them stands, trying one, and the news of what they refuse or show. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';

const tag = 'audit-logs';

export const PlaceStanding = z.object({
  name: z.string(),
  kind: z.enum(['file', 'address', 'database', 'object-store', 'mail']),
  everyMs: z.int().nullable().describe('It is told of all logs together, at most this often. null: of each checkpoint at once.'),
  anchored: z.object({ size: z.int(), at: z.iso.datetime() }).nullable().describe('The newest checkpoint of this log that lies there.'),
  failing: z
    .object({
      since: z.iso.datetime(),
      failures: z.int().min(1).describe('In a row. From the third one on an alert says it.'),
      retryAt: z.iso.datetime(),
      problem: z.string(),
    })
    .nullable()
    .describe('It has not kept the newest checkpoint.'),
});
export type PlaceStanding = z.infer<typeof PlaceStanding>;

export const listPlaces = endpoint({
  method: 'GET',
  path: '/api/audit-logs/places',
  tag,
  operation: 'places',
  access: 'audit-logs:read',
  summary: 'Second places of the signed checkpoints, what lies there of this log, and what they refuse',
  input: z.object({}),
  output: z.object({
    places: z.array(PlaceStanding),
    signed: z.object({ size: z.int(), madeAt: z.iso.datetime() }).nullable().describe('Newest signed checkpoint of this log.'),
  }),
});

export const PlaceTrial = z.object({
  size: z.int().describe('Entries that the checkpoint signs which was put there.'),
  outcome: z.enum(['kept', 'failed']),
  problem: z.string().nullable(),
  readBack: z
    .enum(['same', 'missing', 'unread'])
    .nullable()
    .describe('unread: what it keeps cannot be asked back. null: it was not kept in the first place.'),
  locks: z.boolean().describe('The settings want it to be locked there.'),
  lockedUntil: z.iso.datetime().nullable().describe('null: the place does not say that it is locked.'),
  tookMs: z.number(),
});
export type PlaceTrial = z.infer<typeof PlaceTrial>;

export const tryPlace = endpoint({
  method: 'POST',
  path: '/api/audit-logs/places/trials',
  tag,
  operation: 'try-place',
  access: 'audit-logs:administer',
  timeoutMs: 120_000,
  ratePerMinute: 6,
  summary: 'Put the newest signed checkpoint into a second place now, and read it back where that can be done',
  input: z.strictObject({ name: z.string().min(1).max(200).describe('As GET /api/audit-logs/places names it.') }),
  output: PlaceTrial,
});

/** A second place that has not kept what it was to keep, several times in a row. */
export const anchorPlaceFailing = eventKind(
  'audit-log.place-failing',
  z.object({ place: z.string(), size: z.int(), failures: z.int(), problem: z.string() }),
  'audit-logs:read',
);

/** A second place holds a signed checkpoint that this log does not go on from: it is smaller (rolled back) or of another root (rewritten). */
export const auditHistoryDiffers = eventKind(
  'audit-log.history-differs',
  z.object({ place: z.string(), size: z.int().describe('Entries of the log.'), signedSize: z.int() }),
  'audit-logs:read',
);
