/** Rules: which news goes where. Nothing leaves the browser before there is one. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';
import { Hours } from '../destinations/hours.ts';

export const ruleProblems = problems('notifications', {
  ruleNotFound: [404, 'No rule has the id {id}.'],
  ruleExists: [409, 'There is a rule of the name {name} already.'],
  rulesFull: [409, 'There are {most} rules already: remove one first.'],
  destinationUnknown: [422, 'No destination has the id {id}.'],
});

const tag = 'notifications';
const read = 'notifications:read' as const;
const update = 'notifications:update' as const;

/** What a rule may route. `message`: sent by a playbook, an escalation or a person without a destination of its own. */
export const routedEvents = ['alert.raised', 'incident.opened', 'incident.escalated', 'incident.changed', 'message'] as const;
export const RoutedEvent = z.enum(routedEvents);
export type RoutedEvent = z.infer<typeof RoutedEvent>;

const words = (longest: number) => z.array(z.string().trim().min(1).max(longest)).max(50);
const ruleFields = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line'),
  enabled: z.boolean(),
  events: z.array(RoutedEvent).max(routedEvents.length).describe('Empty: every kind of news.'),
  severities: z.array(Severity).max(5).describe('Empty: every severity.'),
  categories: words(60).describe('Source or category of the alert, as data-quality. Empty: every one.'),
  assetTags: words(100).describe('One of them must be a tag of the asset. Empty: any asset, or none.'),
  hours: Hours.nullable().describe('When the rule applies; null: always.'),
  quiet: Hours.nullable().describe('What is not critical waits until these hours end.'),
  destinationIds: z.array(z.uuid()).min(1).max(20),
} as const;

export const Rule = z.object({
  id: z.uuid(),
  ...ruleFields,
  destinations: z.array(z.object({ id: z.uuid(), name: z.string() })),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type Rule = z.infer<typeof Rule>;

const draft = {
  ...ruleFields,
  enabled: ruleFields.enabled.default(true),
  events: ruleFields.events.default([]),
  severities: ruleFields.severities.default([]),
  categories: ruleFields.categories.default([]),
  assetTags: ruleFields.assetTags.default([]),
  hours: ruleFields.hours.default(null),
  quiet: ruleFields.quiet.default(null),
} as const;
export const RuleDraft = z.strictObject(draft);
export type RuleDraft = z.infer<typeof RuleDraft>;

export const listRules = endpoint({
  method: 'GET',
  path: '/api/notifications/rules',
  tag,
  operation: 'rules',
  access: read,
  summary: 'Routing rules by name',
  input: z.object({ ...paging, destination: z.uuid().optional() }),
  output: pageOf(Rule),
});
export const getRule = endpoint({
  method: 'GET',
  path: '/api/notifications/rules/:id',
  tag,
  operation: 'rule',
  access: read,
  summary: 'One rule',
  input: z.object({ id: z.uuid() }),
  output: Rule,
});
export const addRule = endpoint({
  method: 'POST',
  path: '/api/notifications/rules',
  tag,
  operation: 'add-rule',
  access: 'notifications:create',
  status: 201,
  summary: 'Add a rule',
  input: RuleDraft,
  output: Rule,
});
export const replaceRule = endpoint({
  method: 'PUT',
  path: '/api/notifications/rules/:id',
  tag,
  operation: 'replace-rule',
  access: update,
  summary: 'Set everything of a rule',
  input: z.strictObject({ id: z.uuid(), version: z.int().min(1).optional(), ...draft }),
  output: Rule,
});
export const removeRule = endpoint({
  method: 'DELETE',
  path: '/api/notifications/rules/:id',
  tag,
  operation: 'remove-rule',
  access: 'notifications:delete',
  summary: 'Remove a rule',
  input: z.object({ id: z.uuid() }),
  output: Rule,
});
