/** What a table must hold: rules of an asset, as versioned sets, and rules proposed from a good table. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';
import { Rule } from '../../data-quality/contract.ts';
import { InlineTable, TableSource } from '../sources/source-contract.ts';

const tag = 'data-quality';
const read = 'data-quality:read' as const;
const create = 'data-quality:create' as const;
const update = 'data-quality:update' as const;

export const ruleProblems = problems('data-quality', {
  ruleNotFound: [404, 'No rule has the id {id}.'],
  ruleRetired: [409, 'The rule {id} has left the set of its asset.'],
  tooManyRules: [422, 'An asset has at most {most} rules.'],
  noSuchVersion: [404, 'The asset has no rule set {version}.'],
  notYours: [403, 'It was made by somebody else: that needs {permission}.'],
});

/** How much may fail before the rule is broken: either bound is enough. Both left out: nothing may. */
export const Tolerance = z.strictObject({
  share: z.number().min(0).max(1).optional().describe('Failing ÷ looked at.'),
  count: z.int().min(0).optional(),
});
const facts = {
  name: z.string().trim().min(1).max(200),
  rule: Rule,
  severity: Severity,
  tolerance: Tolerance,
  owner: z.string().trim().max(120).nullable(),
  enabled: z.boolean(),
  table: TableSource.nullable().describe('The further table that foreignKey, sameInSource and distribution name.'),
} as const;
export const ValidationRule = z.object({
  id: z.uuid().describe('Stays the same through all versions.'),
  assetId: z.uuid(),
  ...facts,
  origin: z.enum(['person', 'suggested']),
  evidence: z.string().nullable().describe('Of a suggested rule: what the table showed.'),
  fromVersion: z.int().min(1),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
});
export type ValidationRule = z.infer<typeof ValidationRule>;
export const RuleSet = z.object({
  assetId: z.uuid(),
  version: z.int().min(0).describe('0: the asset has no rules yet.'),
  latestVersion: z.int().min(0),
  rules: z.array(ValidationRule),
});
export type RuleSet = z.infer<typeof RuleSet>;

export const RuleOutcome = z.object({
  ruleId: z.uuid().nullable().describe('null: a rule that is only being tried.'),
  name: z.string(),
  rule: Rule,
  severity: Severity,
  verdict: z.enum(['kept', 'tolerated', 'broken', 'unknown']),
  reason: z.string().nullable(),
  columns: z.array(z.string()),
  observed: z.number().nullable().describe('Of rules about the whole table: the number that was judged.'),
  failed: z.int().min(0).nullable(),
  of: z.int().min(0).nullable(),
  rows: z.array(z.int()).describe('0-based data rows: the first hundred.'),
});
export type RuleOutcome = z.infer<typeof RuleOutcome>;

const draft = {
  name: facts.name.optional().describe('Left out: the rule in words.'),
  rule: Rule,
  severity: Severity.optional().describe('Left out: what the rule itself says, else medium.'),
  tolerance: Tolerance.optional().describe('Left out: what the rule itself says, else none.'),
  owner: facts.owner.optional(),
  enabled: z.boolean().default(true),
  table: facts.table.default(null),
} as const;
export const mostRules = 1000;

export const listRules = endpoint({
  method: 'GET',
  path: '/api/data-quality/validation-rules/:assetId',
  tag,
  operation: 'rules',
  access: read,
  summary: 'The rules of an asset, as they are or as they were in a version',
  input: z.object({ assetId: z.uuid(), version: z.int().min(1).max(2_000_000_000).optional() }),
  output: RuleSet,
});
export const listRuleVersions = endpoint({
  method: 'GET',
  path: '/api/data-quality/validation-rules/:assetId/versions',
  tag,
  operation: 'rule-versions',
  access: read,
  summary: 'Versions of the rule set of an asset, newest first: who changed what',
  input: z.object({ assetId: z.uuid(), limit: z.int().min(1).max(500).default(100) }),
  output: z.object({
    items: z.array(
      z.object({ version: z.int(), at: z.iso.datetime(), by: z.string(), added: z.int(), removed: z.int(), note: z.string() }),
    ),
  }),
});
export const addRules = endpoint({
  method: 'POST',
  path: '/api/data-quality/validation-rules',
  tag,
  operation: 'add-rules',
  access: create,
  status: 201,
  summary: 'Add one rule or several (also accepted suggestions): one new version of the set',
  input: z.strictObject({
    assetId: z.uuid(),
    rules: z
      .array(
        z.strictObject({
          ...draft,
          origin: z.enum(['person', 'suggested']).default('person'),
          evidence: z.string().max(500).nullable().default(null),
        }),
      )
      .min(1)
      .max(200),
  }),
  output: RuleSet,
});
export const changeRule = endpoint({
  method: 'PUT',
  path: '/api/data-quality/validation-rules/:id',
  tag,
  operation: 'change-rule',
  access: update,
  summary: 'Change a rule; the set gets a new version and the old one stays readable',
  input: z.strictObject({
    id: z.uuid(),
    version: z.int().min(1).optional().describe('The version of the set you saw; refused with 409 when it changed since.'),
    name: draft.name,
    rule: Rule.optional(),
    severity: Severity.optional(),
    tolerance: Tolerance.optional(),
    owner: facts.owner.optional(),
    enabled: z.boolean().optional(),
    table: facts.table.optional(),
  }),
  output: RuleSet,
});
export const removeRule = endpoint({
  method: 'DELETE',
  path: '/api/data-quality/validation-rules/:id',
  tag,
  operation: 'remove-rule',
  access: update,
  summary: 'Take a rule out of the set; earlier versions keep it. Those of others need the right to delete',
  input: z.object({ id: z.uuid() }),
  output: RuleSet,
});

const table = {
  assetId: z.uuid().optional(),
  source: TableSource.optional().describe('Left out: the file of the asset.'),
  currentData: InlineTable.optional(),
} as const;
export const RuleSuggestion = z.object({
  name: z.string(),
  rule: Rule,
  evidence: z.string().describe('What in the table speaks for it.'),
  confidence: z.number().min(0).max(1).nullable().describe('Share of further rows that keep the rule, at least.'),
  method: z.string(),
});
export type RuleSuggestion = z.infer<typeof RuleSuggestion>;
export const suggestRules = endpoint({
  method: 'POST',
  path: '/api/data-quality/validation-rules/suggest',
  tag,
  operation: 'suggest-rules',
  access: read,
  audit: false,
  maxBodyBytes: 29_360_128,
  timeoutMs: 240_000,
  summary: 'Rules a good table keeps, each with its evidence; nothing is active until somebody adds it',
  input: z.strictObject(table),
  output: z.object({ rows: z.int(), columns: z.int(), suggestions: z.array(RuleSuggestion), leftOut: z.array(z.string()) }),
});
export const testRules = endpoint({
  method: 'POST',
  path: '/api/data-quality/validation-rules/test',
  tag,
  operation: 'test-rules',
  access: read,
  audit: false,
  maxBodyBytes: 29_360_128,
  timeoutMs: 240_000,
  summary: 'Try rules on a table: nothing is kept',
  input: z.strictObject({
    ...table,
    rules: z
      .array(z.strictObject({ name: draft.name, rule: Rule, severity: draft.severity, tolerance: draft.tolerance, table: draft.table }))
      .min(1)
      .max(200),
  }),
  output: z.object({ rows: z.int(), outcomes: z.array(RuleOutcome) }),
});
