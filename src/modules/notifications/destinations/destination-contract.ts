/** Destinations: where messages go. Secrets are written, never read. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Address, AddressChange, Channel } from './address-shape.ts';
import { Hours } from './hours.ts';

export const destinationProblems = problems('notifications', {
  destinationNotFound: [404, 'No destination has the id {id}.'],
  destinationExists: [409, 'There is a destination of the name {name} already.'],
  destinationInUse: [409, 'Rules send to this destination: {rules}. Take it out of them first.'],
  destinationsFull: [409, 'There are {most} destinations already: remove one first.'],
  otherChannel: [422, 'This destination is of the channel {channel}, and stays so. Make another destination.'],
  secretNeeded: [422, 'The {fields} changed: enter the secret again, so that it is not shown to another place by mistake.'],
  destinationOff: [409, 'The destination {name} is switched off.'],
});

const tag = 'notifications';
const read = 'notifications:read' as const;
const update = 'notifications:update' as const;

export const Storm = z.strictObject({
  coalesce: z.boolean().describe('Repeats and what is over the rate become one digest. Without it what is over the rate waits.'),
  perMinute: z.int().min(1).max(6000).describe('Messages a minute in the long run.'),
  burst: z.int().min(1).max(1000).describe('Messages at once after a quiet time.'),
});
export type Storm = z.infer<typeof Storm>;

export const DestinationName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line');

export const destinationHealths = ['untested', 'working', 'failing', 'paused', 'off'] as const;
export const Destination = z.object({
  id: z.uuid(),
  name: z.string(),
  channel: Channel,
  settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.array(z.string()), z.null()]))
    .describe('The address without its secrets.'),
  secrets: z.array(z.string()).describe('Names of the secrets that are kept.'),
  place: z.string().describe('Where it delivers to, as people call it.'),
  rotatingUntil: z.iso.datetime().nullable().describe('Until then the signing secret before this one signs too.'),
  enabled: z.boolean(),
  offReason: z.string().nullable().describe('Why it was switched off, when the receiver asked for it.'),
  quiet: Hours.nullable(),
  storm: Storm,
  health: z
    .enum(destinationHealths)
    .describe('paused: no attempt until pausedUntil, because it failed 5 times in a row or asked us to wait.'),
  failuresInRow: z.int(),
  pausedUntil: z.iso.datetime().nullable(),
  lastSuccessAt: z.iso.datetime().nullable(),
  lastFailureAt: z.iso.datetime().nullable(),
  waiting: z.int().describe('Messages queued.'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type Destination = z.infer<typeof Destination>;

export const listDestinations = endpoint({
  method: 'GET',
  path: '/api/notifications/destinations',
  tag,
  operation: 'destinations',
  reading: { repeats: ['channel'] },
  access: read,
  summary: 'Destinations by name, with how they are doing',
  input: z.object({ ...paging, channel: Channel.optional() }),
  output: pageOf(Destination),
});
export const getDestination = endpoint({
  method: 'GET',
  path: '/api/notifications/destinations/:id',
  tag,
  operation: 'destination',
  reading: {},
  access: read,
  summary: 'One destination, without its secrets',
  input: z.object({ id: z.uuid() }),
  output: Destination,
});
export const addDestination = endpoint({
  method: 'POST',
  path: '/api/notifications/destinations',
  tag,
  operation: 'add-destination',
  access: 'notifications:create',
  stepUp: true,
  status: 201,
  summary: 'Add a destination; nothing is sent to it before a rule or a test does',
  input: z.strictObject({
    name: DestinationName,
    address: Address,
    quiet: Hours.nullable().default(null),
    storm: Storm.optional().describe('Default by channel: people get 6 a minute and digests, machines 600 a minute.'),
  }),
  output: Destination,
});
const expected = z.int().min(1).describe('The version you saw; refused with 409 when it changed since.');
export const changeDestination = endpoint({
  method: 'PATCH',
  path: '/api/notifications/destinations/:id',
  tag,
  operation: 'change-destination',
  access: update,
  summary: 'Name, quiet hours, limits, on or off; never its address or secrets',
  input: z.strictObject({
    id: z.uuid(),
    version: expected.optional(),
    name: DestinationName.optional(),
    enabled: z.boolean().optional(),
    quiet: Hours.nullable().optional(),
    storm: Storm.optional(),
  }),
  output: Destination,
});
export const changeAddress = endpoint({
  method: 'PUT',
  path: '/api/notifications/destinations/:id/address',
  tag,
  operation: 'change-address',
  access: update,
  stepUp: true,
  summary: 'Another address or secret. A secret left out stays, unless the place it opens changed',
  input: z.strictObject({
    id: z.uuid(),
    version: expected.optional(),
    address: AddressChange,
    keepPreviousHours: z.int().min(0).max(168).default(24).describe('Webhook: how long the secret before signs beside the new one.'),
  }),
  output: Destination,
});
export const removeDestination = endpoint({
  method: 'DELETE',
  path: '/api/notifications/destinations/:id',
  tag,
  operation: 'remove-destination',
  access: 'notifications:delete',
  stepUp: true,
  summary: 'Remove a destination and its secrets; its deliveries stay, what is queued is dead',
  input: z.object({ id: z.uuid() }),
  output: Destination,
});
export const DestinationTest = z.object({
  works: z.boolean(),
  outcome: z.enum(['acknowledged', 'sent', 'retry', 'dead']),
  httpStatus: z.int().nullable(),
  answer: z.string().describe('What the receiver said, secrets removed.'),
  explanation: z.string().describe('What it means and what to do.'),
  deliveryId: z.uuid(),
  durationMs: z.number(),
});
export type DestinationTest = z.infer<typeof DestinationTest>;
export const testDestination = endpoint({
  method: 'POST',
  path: '/api/notifications/destinations/:id/test',
  tag,
  operation: 'test-destination',
  access: update,
  timeoutMs: 60_000,
  ratePerMinute: 20,
  summary: 'Send a test message now, once, and say what came of it',
  input: z.strictObject({ id: z.uuid() }),
  output: DestinationTest,
});
