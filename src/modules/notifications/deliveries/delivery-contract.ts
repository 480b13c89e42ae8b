/** Deliveries: every message to every destination, and every attempt to deliver it. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { Channel } from '../destinations/address-shape.ts';

export const deliveryProblems = problems('notifications', {
  deliveryNotFound: [404, 'No delivery has the id {id}.'],
  stillQueued: [409, 'This message is queued still: its next attempt is at {nextAt}.'],
  replayedAlready: [409, 'Somebody asked for the same at the same moment: this message is queued again, once.'],
  testOnce: [409, 'A test is sent once. Send another test to its destination instead.'],
  destinationGone: [409, 'The destination of this message was removed or is switched off.'],
  messageDestinationUnknown: [422, 'No destination that is switched on has the id {id}.'],
  callbackRefused: [403, 'The signature of this callback does not match.'],
});

export const deliveryStates = ['queued', 'sent', 'acknowledged', 'dead'] as const;
export const DeliveryState = z.enum(deliveryStates);
export type DeliveryState = z.infer<typeof DeliveryState>;
/** Why a queued message waits: as a repeat for the digest, or for the end of quiet hours. */
export const heldReasons = ['repeat', 'quiet'] as const;
export const HeldReason = z.enum(heldReasons);
export type HeldReason = z.infer<typeof HeldReason>;
export const attemptOutcomes = ['acknowledged', 'sent', 'retry', 'dead', 'unfinished'] as const;
export const AttemptOutcome = z.enum(attemptOutcomes);
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

export const Delivery = z.object({
  id: z.uuid().describe('Travels with the message in every channel: a receiver that saw it drops the copy.'),
  destinationId: z.uuid(),
  destinationName: z.string(),
  channel: Channel,
  event: z.string(),
  severity: Severity,
  title: z.string(),
  state: DeliveryState.describe('sent: handed over, nobody says whether it arrived. acknowledged: the receiver said so.'),
  held: HeldReason.nullable(),
  digestId: z.uuid().nullable().describe('The digest that carries this message.'),
  digestSize: z.int().describe('How many messages it carries; 0 when it is no digest.'),
  attempts: z.int(),
  nextAt: z.iso.datetime().nullable().describe('When it is tried next; null when it is over.'),
  expiresAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  reason: z.string().nullable().describe('Why the last attempt did not deliver.'),
  remoteId: z.string().nullable(),
  incidentId: z.uuid().nullable(),
  alertId: z.uuid().nullable(),
  orderingKey: z.string(),
  replays: z.int(),
  createdAt: z.iso.datetime(),
});
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryAttempt = z.object({
  id: z.uuid(),
  number: z.int().min(1),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  outcome: AttemptOutcome.describe('unfinished: nothing was recorded; the process may have ended, or it still runs.'),
  httpStatus: z.int().nullable(),
  answer: z.string(),
  reason: z.string().nullable(),
  remoteId: z.string().nullable(),
  nextAt: z.iso.datetime().nullable(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

export const MessageLines = z.object({
  what: z.string(),
  where: z.string(),
  howBad: z.string(),
  done: z.string(),
  link: z.string(),
});
export const DeliveryDetail = Delivery.extend({ lines: MessageLines, history: z.array(DeliveryAttempt) });
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;

const tag = 'notifications';
const read = 'notifications:read' as const;
const update = 'notifications:update' as const;
const deliveryFilter = {
  state: anyOf(deliveryStates, 200).optional(),
  destination: z.uuid().optional(),
  event: z.string().min(1).max(60).optional(),
  severity: anyOf(severities, 200).optional(),
  incident: z.uuid().optional(),
  alert: z.uuid().optional(),
  digest: z.uuid().optional().describe('Only what this digest carries.'),
  since: z.iso.datetime({ offset: true }).optional(),
} as const;
export const listDeliveries = endpoint({
  method: 'GET',
  path: '/api/notifications/deliveries',
  tag,
  operation: 'deliveries',
  access: read,
  summary: 'Messages, latest first',
  input: z.object({ ...paging, ...deliveryFilter }),
  output: pageOf(Delivery),
});
export const getDelivery = endpoint({
  method: 'GET',
  path: '/api/notifications/deliveries/:id',
  tag,
  operation: 'delivery',
  access: read,
  summary: 'One message with every attempt to deliver it',
  input: z.object({ id: z.uuid() }),
  output: DeliveryDetail,
});
export const replayDelivery = endpoint({
  method: 'POST',
  path: '/api/notifications/deliveries/:id/replay',
  tag,
  operation: 'replay',
  access: update,
  summary: 'Deliver it again, under the same id',
  input: z.strictObject({ id: z.uuid() }),
  output: Delivery,
});
export const mostReplayed = 10_000;
export const replayDeliveries = endpoint({
  method: 'POST',
  path: '/api/notifications/deliveries/replay',
  tag,
  operation: 'replay-range',
  access: update,
  summary: 'Deliver a range again; digests as one',
  input: z.strictObject({
    state: z.enum(['dead', 'sent', 'acknowledged']).default('dead'),
    destination: z.uuid().optional(),
    event: z.string().min(1).max(60).optional(),
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
  }),
  output: z.object({ replayed: z.int(), complete: z.boolean().describe(`false: there are more than ${mostReplayed}; ask again.`) }),
});
export const sendMessage = endpoint({
  method: 'POST',
  path: '/api/notifications/messages',
  tag,
  operation: 'send',
  access: update,
  status: 202,
  summary: 'Put a message into the outbox: to the destinations named, else where the rules send it',
  input: z.strictObject({
    event: z
      .string()
      .regex(/^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)?$/, 'must be a word as incident.escalated')
      .max(60),
    severity: Severity,
    title: z.string().trim().min(1).max(300),
    text: z.string().trim().max(4000).default(''),
    link: z.string().max(2000).optional().describe('A path of this product, or an address of its own origin.'),
    incidentId: z.uuid().optional(),
    alertId: z.uuid().optional(),
    destinationIds: z.array(z.uuid()).min(1).max(20).optional(),
    orderingKey: z.string().min(1).max(200).optional().describe('Messages of one key never overtake each other. Default: the incident.'),
    eventId: z.uuid().optional().describe('The same id again puts nothing more into the outbox.'),
  }),
  output: z.object({ outboxIds: z.array(z.uuid()) }),
});
/** Twilio says what became of a text message: a form, signed. */
export const smsCallback = endpoint({
  method: 'POST',
  path: '/api/notifications/callbacks/sms/:id',
  tag,
  operation: 'sms-callback',
  access: 'public',
  body: 'form',
  crossSite: true,
  maxBodyBytes: 16_384,
  audit: false,
  ratePerMinute: 600,
  summary: 'Status callback of a text message, checked by X-Twilio-Signature',
  input: z.looseObject({ id: z.uuid() }),
  output: z.object({ taken: z.boolean() }),
});

/* ——— events ——— */
/** A message could not be delivered, for good. */
export const deliveryDead = eventKind(
  'notifications.delivery-dead',
  z.object({
    destinationId: z.uuid(),
    destinationName: z.string(),
    channel: Channel,
    outboxId: z.uuid(),
    severity: Severity,
    title: z.string(),
    reason: z.string(),
  }),
  read,
);
/** A destination or rule was made, changed or removed: pages that show or write it read it again. */
export const notificationSettingsChanged = eventKind(
  'notifications.settings-changed',
  z.object({ what: z.enum(['destination', 'rule']), id: z.uuid() }),
  read,
);
/** For pages: deliveries of a destination moved. Told at most once a second. */
export const deliveriesMoved = eventKind('notifications.deliveries-moved', z.object({ destinationId: z.uuid() }), read);
