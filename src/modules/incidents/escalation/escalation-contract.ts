/** Escalation: who is called when nobody looks, in which order, and who is on call now. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';

export const escalationProblems = problems('incidents', {
  policyNotFound: [404, 'No escalation policy has the id {id}.'],
  policyInUse: [409, 'The default policy cannot be removed: make another one the default first.'],
  scheduleNotFound: [404, 'No on-call schedule has the id {id}.'],
  scheduleInUse: [409, 'The schedule is used by the policy {policy}.'],
  overrideNotFound: [404, 'No override has the id {id}.'],
  overrideEmpty: [422, 'An override must end after it begins.'],
});

export const EscalationLevel = z.strictObject({
  afterMs: z.int().min(5000).max(86_400_000).describe('After the level before; of the first: after the incident opened.'),
  scheduleIds: z.array(z.uuid()).max(10).default([]).describe('Whoever is on call there.'),
  destinationIds: z.array(z.uuid()).max(20).default([]),
  repeat: z.int().min(0).max(10).default(0).describe('How often it is said again before the next level.'),
});
export type EscalationLevel = z.infer<typeof EscalationLevel>;
const name = z.string().trim().min(1).max(120);
const PolicyDraft = z.strictObject({
  name,
  isDefault: z.boolean().default(false),
  severityAtLeast: Severity.nullable().default(null).describe('Used for incidents this grave; null: only when it is the default.'),
  levels: z.array(EscalationLevel).min(1).max(10),
});
export const EscalationPolicy = PolicyDraft.extend({
  id: z.uuid().nullable().describe('null: the one built in, used while there is no other.'),
  version: z.int(),
  updatedAt: z.iso.datetime().nullable(),
});
export type EscalationPolicy = z.infer<typeof EscalationPolicy>;

export const isTimeZoneName = (value: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    // 'GMT+2' and the like are accepted by some engines; names have a slash or are UTC.
    return value === 'UTC' || value.includes('/');
  } catch {
    return false;
  }
};
export const Member = z.strictObject({
  userId: z.uuid(),
  name: z.string().max(200),
  destinationIds: z.array(z.uuid()).max(10).default([]).describe('How to reach the person.'),
});
export type Member = z.infer<typeof Member>;
const ScheduleDraft = z.strictObject({
  name,
  timeZone: z.string().min(1).max(60).refine(isTimeZoneName, 'is no time zone, like UTC or Europe/Oslo'),
  rotation: z.enum(['daily', 'weekly']),
  handoff: z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'is no time, like 09:00')
    .describe('Local time at which the next person takes over.'),
  startsOn: z.iso.date().describe('First day of the first person; a weekly rotation changes on its weekday.'),
  members: z
    .array(z.strictObject({ userId: z.uuid(), destinationIds: z.array(z.uuid()).max(10).default([]) }))
    .min(1)
    .max(50),
});
export const Override = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
});
export type Override = z.infer<typeof Override>;
export const Shift = z.object({
  userId: z.uuid(),
  name: z.string(),
  destinationIds: z.array(z.uuid()),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  isOverride: z.boolean(),
});
export type Shift = z.infer<typeof Shift>;
export const OnCallSchedule = ScheduleDraft.omit({ members: true }).extend({
  id: z.uuid(),
  members: z.array(Member),
  overrides: z.array(Override).describe('Those that have not ended.'),
  now: Shift.nullable().describe('null: it has not begun.'),
  upcoming: z.array(Shift).describe('The next two weeks.'),
  version: z.int().min(1),
});
export type OnCallSchedule = z.infer<typeof OnCallSchedule>;

const tag = 'incidents';
const read = 'incidents:read' as const;
const write = 'incidents:create' as const;
const byId = z.object({ id: z.uuid() });
const expected = { version: z.int().min(1).optional() } as const;
export const listPolicies = endpoint({
  method: 'GET',
  path: '/api/incidents/escalation-policies',
  tag,
  operation: 'list-policies',
  access: read,
  summary: 'Escalation policies; the one built in while there is no other',
  input: z.object({}),
  output: z.object({ items: z.array(EscalationPolicy) }),
});
export const addPolicy = endpoint({
  method: 'POST',
  path: '/api/incidents/escalation-policies',
  tag,
  operation: 'add-policy',
  access: write,
  status: 201,
  summary: 'Add an escalation policy',
  input: PolicyDraft,
  output: EscalationPolicy,
});
export const replacePolicy = endpoint({
  method: 'PUT',
  path: '/api/incidents/escalation-policies/:id',
  tag,
  operation: 'replace-policy',
  access: write,
  summary: 'Change an escalation policy; incidents that wait already keep their times',
  input: PolicyDraft.extend({ id: z.uuid(), ...expected }),
  output: EscalationPolicy,
});
export const removePolicy = endpoint({
  method: 'DELETE',
  path: '/api/incidents/escalation-policies/:id',
  tag,
  operation: 'remove-policy',
  access: write,
  summary: 'Remove an escalation policy',
  input: byId,
  output: z.object({ removed: z.boolean() }),
});
export const listSchedules = endpoint({
  method: 'GET',
  path: '/api/incidents/on-call',
  tag,
  operation: 'list-on-call',
  access: read,
  summary: 'On-call schedules, with who is on call now',
  input: z.object({}),
  output: z.object({ items: z.array(OnCallSchedule), at: z.iso.datetime() }),
});
export const addSchedule = endpoint({
  method: 'POST',
  path: '/api/incidents/on-call',
  tag,
  operation: 'add-on-call',
  access: write,
  status: 201,
  summary: 'Add an on-call schedule',
  input: ScheduleDraft,
  output: OnCallSchedule,
});
export const replaceSchedule = endpoint({
  method: 'PUT',
  path: '/api/incidents/on-call/:id',
  tag,
  operation: 'replace-on-call',
  access: write,
  summary: 'Change an on-call schedule',
  input: ScheduleDraft.extend({ id: z.uuid(), ...expected }),
  output: OnCallSchedule,
});
export const removeSchedule = endpoint({
  method: 'DELETE',
  path: '/api/incidents/on-call/:id',
  tag,
  operation: 'remove-on-call',
  access: write,
  summary: 'Remove an on-call schedule',
  input: byId,
  output: z.object({ removed: z.boolean() }),
});
export const addOverride = endpoint({
  method: 'POST',
  path: '/api/incidents/on-call/:id/overrides',
  tag,
  operation: 'add-override',
  access: 'incidents:update',
  status: 201,
  summary: 'Somebody stands in for a while',
  input: z.strictObject({
    id: z.uuid(),
    userId: z.uuid(),
    from: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }),
    destinationIds: z.array(z.uuid()).max(10).default([]),
  }),
  output: OnCallSchedule,
});
export const removeOverride = endpoint({
  method: 'DELETE',
  path: '/api/incidents/on-call/:id/overrides/:overrideId',
  tag,
  operation: 'remove-override',
  access: 'incidents:update',
  summary: 'Take back that somebody stands in',
  input: z.object({ id: z.uuid(), overrideId: z.uuid() }),
  output: OnCallSchedule,
});

/** Who is called, or a playbook, was written: pages that show or write it read it again. */
export const responseSettingsChanged = eventKind(
  'incidents.settings-changed',
  z.object({ what: z.enum(['policy', 'schedule', 'playbook']), id: z.string().max(60) }),
  read,
);
