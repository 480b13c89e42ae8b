/** Incidents: several alerts that are one matter, with an owner, a state and a trail. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity, severities } from '../../../contract/severity.ts';

export const incidentProblems = problems('incidents', {
  notFound: [404, 'No incident has the id {id}.'],
  assetNotFound: [422, 'No asset has the id {id}.'],
  personNotFound: [422, 'No active person has the id {id}.'],
  badTransition: [409, 'An incident that is {from} cannot become {to}.'],
  staleVersion: [409, 'Someone else changed this first: you saw version {expected}, it is now {actual}.'],
  raced: [409, 'Someone else was faster: this is no longer {expected}.'],
  assigneeMissing: [422, 'Somebody must own the incident before it is investigated: set an assignee.'],
  reasonMissing: [422, 'Say why: a reason of at least {least} characters is needed.'],
  rootCauseMissing: [422, 'Write the root cause before the incident is resolved.'],
  notContained: [409, '{count} containing act(s) are not in force: wait for them, or waive them with a reason.'],
  quarantineOpen: [409, 'The quarantine of {asset} is still in force: release it, or keep it on purpose.'],
  freshAlerts: [409, 'An alert of this incident came after it was resolved.'],
  tooOldToReopen: [409, 'An incident can be reopened within 30 days; this one ended {days} days ago.'],
  ownSecondPerson: [409, 'A critical incident needs two persons to be called a false positive, and you are the first.'],
  merged: [409, 'This incident was merged into {into}.'],
  notMerged: [409, 'This incident is not merged into another.'],
  mergeItself: [422, 'An incident cannot be merged into itself.'],
  timerUnknown: [501, 'Nothing here keeps promises of the kind {kind}.'],
  notItsAlert: [422, 'The alert {id} is not of this incident.'],
  lastAlert: [422, 'Leave at least one alert in the incident.'],
});

export const incidentStates = ['open', 'investigating', 'contained', 'resolved', 'closed', 'false_positive'] as const;
export const IncidentState = z.enum(incidentStates);
export type IncidentState = z.infer<typeof IncidentState>;
export const ActorWord = z.object({ kind: z.enum(['user', 'service', 'job', 'system']), id: z.string(), name: z.string() });
export type ActorWord = z.infer<typeof ActorWord>;

export const Incident = z.object({
  id: z.uuid(),
  number: z.int().min(1).describe('Counts up in the workspace.'),
  title: z.string(),
  summary: z.string(),
  severity: Severity,
  detectedSeverity: Severity.describe('As the machine judged; a person may change severity, not this.'),
  state: IncidentState,
  status: IncidentState.describe('The same as state.'),
  category: z.string().describe('What kind of matter: alerts of the same asset and category join.'),
  source: z.string(),
  assetId: z.uuid().nullable(),
  assetName: z.string().nullable(),
  assigneeId: z.uuid().nullable(),
  assigneeName: z.string().nullable(),
  openedBy: ActorWord,
  reason: z.string().describe('Given with the last change of state.'),
  rootCause: z.string(),
  alertCount: z.int().min(0),
  reopenCount: z.int().min(0),
  mergedInto: z.uuid().nullable(),
  falsePositiveBy: z.string().nullable().describe('The first of two persons who call a critical incident a false positive.'),
  escalationLevel: z.int().min(0).describe('0: nobody was called yet.'),
  escalationPolicyId: z.uuid().nullable(),
  openedAt: z.iso.datetime(),
  acknowledgedAt: z.iso.datetime().nullable(),
  acknowledgedByName: z.string().nullable(),
  containedAt: z.iso.datetime().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
  closedAt: z.iso.datetime().nullable(),
  digest: z.string().nullable().describe('SHA-256 over the timeline, sealed into the audit log on closing.'),
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Incident = z.infer<typeof Incident>;

export const timelineKinds = [
  'state',
  'note',
  'alert',
  'act',
  'quarantine',
  'escalation',
  'playbook',
  'owner',
  'severity',
  'merge',
] as const;
export const TimelineEntry = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  actor: ActorWord,
  kind: z.enum(timelineKinds),
  text: z.string(),
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  lateByMs: z.number().nullable().describe('Only of timers that fired after their time, in milliseconds.'),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;
export const Countdown = z.object({
  kind: z.string(),
  level: z.int(),
  subjectId: z.uuid(),
  dueAt: z.iso.datetime(),
  remainingMs: z.number().describe('By the clock of the database; negative: overdue.'),
});
export type Countdown = z.infer<typeof Countdown>;

const tag = 'incidents';
const read = 'incidents:read' as const;
const update = 'incidents:update' as const;
const create = 'incidents:create' as const;
const stateFilter = anyOf(incidentStates, 200).optional().describe('Default: all but closed and false_positive.');
export const incidentFilter = {
  status: stateFilter,
  state: stateFilter,
  severity: anyOf(severities, 200).optional(),
  asset_id: z.uuid().optional(),
  assignee_id: z.uuid().optional(),
  category: z.string().max(80).optional(),
  q: z.string().trim().min(1).max(200).optional(),
} as const;
export const listIncidents = endpoint({
  method: 'GET',
  path: '/api/incidents',
  tag,
  operation: 'list',
  access: read,
  summary: 'Incidents, latest first',
  input: z.object({ ...paging, ...incidentFilter }),
  output: pageOf(Incident),
});
export const listThreatIncidents = endpoint({
  method: 'GET',
  path: '/api/adversarial-detection/incidents',
  tag,
  operation: 'list-threats',
  access: read,
  summary: 'Incidents that threat detection opened',
  input: z.object({ ...paging, ...incidentFilter }),
  output: pageOf(Incident),
});
export const getIncident = endpoint({
  method: 'GET',
  path: '/api/incidents/:id',
  tag,
  operation: 'read',
  access: read,
  summary: 'One incident with the times it waits for',
  input: z.object({ id: z.uuid() }),
  output: Incident.extend({ countdowns: z.array(Countdown) }),
});
export const openIncident = endpoint({
  method: 'POST',
  path: '/api/incidents',
  tag,
  operation: 'open',
  access: create,
  status: 201,
  summary: 'Open an incident by hand, with or without alerts',
  input: z.strictObject({
    title: z.string().trim().min(3).max(300),
    summary: z.string().trim().max(8000).default(''),
    severity: Severity,
    category: z.string().trim().min(1).max(80).default('general'),
    assetId: z.uuid().optional(),
    alertIds: z.array(z.uuid()).max(100).default([]),
  }),
  output: Incident,
});
const expected = z.int().min(1).describe('The version you saw; refused with 409 when it changed since.');
export const changeIncident = endpoint({
  method: 'PATCH',
  path: '/api/incidents/:id',
  tag,
  operation: 'change',
  access: update,
  summary: 'Move an incident on, give it an owner, a severity, a root cause',
  input: z.strictObject({
    id: z.uuid(),
    version: expected.optional(),
    status: IncidentState.optional(),
    state: IncidentState.optional(),
    severity: Severity.optional(),
    assigneeId: z.uuid().nullable().optional(),
    reason: z.string().trim().max(4000).optional(),
    rootCause: z.string().trim().max(8000).optional(),
    title: z.string().trim().min(3).max(300).optional(),
    summary: z.string().trim().max(8000).optional(),
    keepQuarantines: z.boolean().optional().describe('On resolving: quarantines that are still in force stay, on purpose.'),
  }),
  output: Incident,
});
export const acknowledgeIncident = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/acknowledge',
  tag,
  operation: 'acknowledge',
  access: update,
  idempotent: true,
  summary: 'Say that you look at it: stops the escalation, and makes you the owner when there is none',
  input: z.strictObject({ id: z.uuid(), version: expected.optional() }),
  output: Incident,
});
export const incidentTimeline = endpoint({
  method: 'GET',
  path: '/api/incidents/:id/timeline',
  tag,
  operation: 'timeline',
  access: read,
  summary: 'What people and machines did, newest first',
  input: z.object({ ...paging, id: z.uuid() }),
  output: pageOf(TimelineEntry),
});
export const addNote = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/notes',
  tag,
  operation: 'add-note',
  access: update,
  status: 201,
  summary: 'Write into the timeline',
  input: z.strictObject({ id: z.uuid(), text: z.string().trim().min(1).max(4000) }),
  output: TimelineEntry,
});
export const mergeIncidents = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/merge',
  tag,
  operation: 'merge',
  access: update,
  summary: 'Take other incidents into this one; unmerge takes it back',
  input: z.strictObject({ id: z.uuid(), incidentIds: z.array(z.uuid()).min(1).max(20), reason: z.string().trim().max(4000).default('') }),
  output: Incident,
});
export const unmergeIncident = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/unmerge',
  tag,
  operation: 'unmerge',
  access: update,
  summary: 'Take a merged incident out again, with the alerts it brought',
  input: z.strictObject({ id: z.uuid() }),
  output: Incident,
});
export const splitIncident = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/split',
  tag,
  operation: 'split',
  access: update,
  status: 201,
  summary: 'Move alerts into an incident of their own; merging takes it back',
  input: z.strictObject({ id: z.uuid(), alertIds: z.array(z.uuid()).min(1).max(100), title: z.string().trim().min(3).max(300).optional() }),
  output: Incident,
});

/* ——— events ——— */
const news = z.object({
  incidentId: z.uuid(),
  number: z.int(),
  severity: Severity,
  state: IncidentState,
  title: z.string(),
  assetId: z.uuid().nullable(),
  assetName: z.string().nullable(),
  category: z.string(),
  version: z.int(),
});
export const incidentOpened = eventKind('incidents.opened', news, read);
export const incidentChanged = eventKind('incidents.changed', news.extend({ byName: z.string().nullable() }), read);
/** Somebody wrote into the timeline: who looks at it sees it. It is news of the page alone, and told to nobody elsewhere. */
export const incidentNoted = eventKind('incidents.noted', z.object({ incidentId: z.uuid(), entryId: z.uuid() }), read);
export const incidentEscalated = eventKind(
  'incidents.escalated',
  news.extend({ level: z.int().min(1), round: z.int().min(1), onCall: z.array(z.string()), destinationIds: z.array(z.uuid()) }),
  read,
);
