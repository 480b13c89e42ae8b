/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { boolean, date, doublePrecision, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Severity } from '../../contract/severity.ts';
import type {
  ActState,
  EscalationLevel,
  IncidentState,
  Member,
  Playbook,
  PointState,
  QuarantineState,
  ReleasePolicy,
  TimelineEntry,
} from './contract.ts';

const schema = pgSchema('incidents');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const id = () => uuid('id').primaryKey().default(sql`uuidv7()`);
/** Filled by PostgreSQL from the running transaction; named here only as part of unique keys. */
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);
type ActorKind = 'user' | 'service' | 'job' | 'system';
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const counter = schema.table('counter', {
  workspaceId: uuid('workspace_id').primaryKey().default(sql`platform.current_workspace()`),
  last: integer('last').notNull().default(0),
});

export const incident = schema.table('incident', {
  id: id(),
  number: integer('number').notNull(),
  title: text('title').notNull(),
  summary: text('summary').notNull().default(''),
  severity: text('severity').$type<Severity>().notNull(),
  detectedSeverity: text('detected_severity').$type<Severity>().notNull(),
  state: text('state').$type<IncidentState>().notNull().default('open'),
  category: text('category').notNull(),
  source: text('source').notNull(),
  assetId: uuid('asset_id'),
  assetName: text('asset_name'),
  assigneeId: uuid('assignee_id'),
  assigneeName: text('assignee_name'),
  openedByKind: text('opened_by_kind').$type<ActorKind>().notNull(),
  openedById: text('opened_by_id').notNull(),
  openedByName: text('opened_by_name').notNull(),
  reason: text('reason').notNull().default(''),
  rootCause: text('root_cause').notNull().default(''),
  alertCount: integer('alert_count').notNull().default(0),
  reopenCount: integer('reopen_count').notNull().default(0),
  mergedInto: uuid('merged_into'),
  falsePositiveBy: text('false_positive_by'),
  falsePositiveByName: text('false_positive_by_name'),
  escalationLevel: integer('escalation_level').notNull().default(0),
  escalationPolicyId: uuid('escalation_policy_id'),
  openedAt: instant('opened_at').notNull().default(sql`clock_timestamp()`),
  acknowledgedAt: instant('acknowledged_at'),
  acknowledgedByName: text('acknowledged_by_name'),
  containedAt: instant('contained_at'),
  resolvedAt: instant('resolved_at'),
  closedAt: instant('closed_at'),
  digest: text('digest'),
  version: integer('version').notNull().default(1),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  search: text('search').notNull().generatedAlwaysAs(sql`title`),
});
export type IncidentRow = typeof incident.$inferSelect;
export type IncidentDraftRow = Omit<typeof incident.$inferInsert, 'search'>;

export const incidentAlert = schema.table('incident_alert', {
  id: id(),
  workspaceId: workspaceId(),
  incidentId: uuid('incident_id').notNull(),
  alertId: uuid('alert_id').notNull(),
  fingerprint: text('fingerprint').notNull(),
  detectionId: uuid('detection_id'),
  lastAt: instant('last_at').notNull(),
  joinedAt: instant('joined_at').notNull().default(sql`clock_timestamp()`),
  mergedFrom: uuid('merged_from'),
});
export type IncidentAlertRow = typeof incidentAlert.$inferSelect;

export const timeline = schema.table('timeline', {
  id: id(),
  incidentId: uuid('incident_id').notNull(),
  at: instant('at').notNull().default(sql`clock_timestamp()`),
  actorKind: text('actor_kind').$type<ActorKind>().notNull(),
  actorId: text('actor_id').notNull(),
  actorName: text('actor_name').notNull(),
  kind: text('kind').$type<TimelineEntry['kind']>().notNull(),
  text: text('text').notNull(),
  subjectType: text('subject_type'),
  subjectId: text('subject_id'),
  lateByMs: doublePrecision('late_by_ms'),
});
export type TimelineRow = typeof timeline.$inferSelect;
export type TimelineDraftRow = typeof timeline.$inferInsert;

export const act = schema.table('act', {
  id: id(),
  workspaceId: workspaceId(),
  incidentId: uuid('incident_id'),
  detectionId: uuid('detection_id'),
  action: text('action').notNull(),
  title: text('title').notNull(),
  parameters: jsonb('parameters').$type<JsonObject>().notNull().default({}),
  state: text('state').$type<ActState>().notNull().default('planned'),
  containing: boolean('containing').notNull(),
  revertible: boolean('revertible').notNull(),
  simulated: boolean('simulated').notNull().default(false),
  reason: text('reason').notNull(),
  requestedByKind: text('requested_by_kind').$type<ActorKind>().notNull(),
  requestedById: text('requested_by_id').notNull(),
  requestedByName: text('requested_by_name').notNull(),
  approvedById: text('approved_by_id'),
  approvedByName: text('approved_by_name'),
  approvedAt: instant('approved_at'),
  waived: text('waived'),
  outcome: jsonb('outcome').$type<JsonObject>().notNull().default({}),
  failure: text('failure'),
  runId: uuid('run_id'),
  step: integer('step'),
  idempotencyKey: text('idempotency_key').notNull(),
  requestedAt: instant('requested_at').notNull().default(sql`clock_timestamp()`),
  dueAt: instant('due_at').notNull(),
  inForceAt: instant('in_force_at'),
  endedAt: instant('ended_at'),
  version: integer('version').notNull().default(1),
});
export type ActRow = typeof act.$inferSelect;
export type ActDraftRow = typeof act.$inferInsert;

export const quarantine = schema.table('quarantine', {
  id: id(),
  actId: uuid('act_id').notNull(),
  incidentId: uuid('incident_id'),
  assetId: uuid('asset_id').notNull(),
  assetName: text('asset_name').notNull(),
  state: text('state').$type<QuarantineState>().notNull(),
  reason: text('reason').notNull(),
  severity: text('severity').$type<Severity>().notNull(),
  detectionIds: uuid('detection_ids').array().notNull().default([]),
  policy: text('policy').$type<ReleasePolicy>().notNull(),
  afterMs: doublePrecision('after_ms').notNull(),
  releaseDueAt: instant('release_due_at'),
  approvalsNeeded: integer('approvals_needed').notNull(),
  requestedById: text('requested_by_id').notNull(),
  requestedByName: text('requested_by_name').notNull(),
  releaseRequestedBy: text('release_requested_by'),
  releaseRequestedByName: text('release_requested_by_name'),
  releaseReason: text('release_reason'),
  keptReason: text('kept_reason'),
  requestedAt: instant('requested_at').notNull().default(sql`clock_timestamp()`),
  deadlineAt: instant('deadline_at').notNull(),
  inForceAt: instant('in_force_at'),
  releasedAt: instant('released_at'),
  version: integer('version').notNull().default(1),
});
export type QuarantineRow = typeof quarantine.$inferSelect;
export type QuarantineDraftRow = typeof quarantine.$inferInsert;

export const quarantinePoint = schema.table('quarantine_point', {
  workspaceId: workspaceId(),
  quarantineId: uuid('quarantine_id').notNull(),
  point: text('point').notNull(),
  title: text('title').notNull(),
  state: text('state').$type<PointState>().notNull(),
  at: instant('at'),
  detail: text('detail').notNull().default(''),
});
export type PointRow = typeof quarantinePoint.$inferSelect;

export const releaseApproval = schema.table('release_approval', {
  workspaceId: workspaceId(),
  quarantineId: uuid('quarantine_id').notNull(),
  actorId: text('actor_id').notNull(),
  actorName: text('actor_name').notNull(),
  at: instant('at').notNull().default(sql`clock_timestamp()`),
});

export const enforcementPoint = schema.table('enforcement_point', {
  id: id(),
  name: text('name').notNull(),
  destinationId: uuid('destination_id').notNull(),
  assetTypes: text('asset_types').array().notNull().default([]),
  enabled: boolean('enabled').notNull().default(true),
  createdAt: instant('created_at').notNull().defaultNow(),
});
export type EnforcementPointRow = typeof enforcementPoint.$inferSelect;

export type TimerState = 'pending' | 'fired' | 'cancelled' | 'failed';
export const timer = schema.table('timer', {
  id: id(),
  workspaceId: workspaceId(),
  dueAt: instant('due_at').notNull(),
  kind: text('kind').notNull(),
  subjectId: uuid('subject_id').notNull(),
  level: integer('level').notNull().default(0),
  payload: jsonb('payload').$type<JsonObject>().notNull().default({}),
  state: text('state').$type<TimerState>().notNull().default('pending'),
  leaseUntil: instant('lease_until'),
  attempts: integer('attempts').notNull().default(0),
  firedAt: instant('fired_at'),
  lateByMs: doublePrecision('late_by_ms'),
  failure: text('failure'),
  createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
});
export type TimerRow = typeof timer.$inferSelect;

export const playbook = schema.table('playbook', {
  id: id(),
  workspaceId: workspaceId(),
  key: text('key').notNull(),
  text: text('text'),
  enabled: boolean('enabled').notNull().default(true),
  version: integer('version').notNull().default(1),
  updatedBy: text('updated_by'),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
export type PlaybookTableRow = typeof playbook.$inferSelect;

export const playbookRun = schema.table('playbook_run', {
  id: id(),
  incidentId: uuid('incident_id').notNull(),
  key: text('key').notNull(),
  definition: jsonb('definition').$type<Playbook>().notNull(),
  state: text('state').$type<'running' | 'waiting' | 'done' | 'stopped'>().notNull().default('running'),
  step: integer('step').notNull().default(0),
  stoppedBecause: text('stopped_because'),
  startedByKind: text('started_by_kind').$type<ActorKind>().notNull(),
  startedById: text('started_by_id').notNull(),
  startedByName: text('started_by_name').notNull(),
  startedAt: instant('started_at').notNull().default(sql`clock_timestamp()`),
  endedAt: instant('ended_at'),
  version: integer('version').notNull().default(1),
});
export type RunRow = typeof playbookRun.$inferSelect;

export const escalationPolicy = schema.table('escalation_policy', {
  id: id(),
  name: text('name').notNull(),
  isDefault: boolean('is_default').notNull().default(false),
  severityAtLeast: text('severity_at_least').$type<Severity>(),
  levels: jsonb('levels').$type<EscalationLevel[]>().notNull(),
  version: integer('version').notNull().default(1),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
export type PolicyRow = typeof escalationPolicy.$inferSelect;

export const onCallSchedule = schema.table('on_call_schedule', {
  id: id(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull(),
  rotation: text('rotation').$type<'daily' | 'weekly'>().notNull(),
  handoff: text('handoff').notNull(),
  startsOn: date('starts_on').notNull(),
  members: jsonb('members').$type<Member[]>().notNull(),
  version: integer('version').notNull().default(1),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
export type ScheduleRow = typeof onCallSchedule.$inferSelect;

export const onCallOverride = schema.table('on_call_override', {
  id: id(),
  scheduleId: uuid('schedule_id').notNull(),
  userId: uuid('user_id').notNull(),
  name: text('name').notNull(),
  destinationIds: uuid('destination_ids').array().notNull().default([]),
  fromAt: instant('from_at').notNull(),
  untilAt: instant('until_at').notNull(),
});
export type OverrideRow = typeof onCallOverride.$inferSelect;
