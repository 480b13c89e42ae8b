/** Priority of a vulnerability, risk of an asset, posture of a workspace and what moved it: what may be asked, and the news. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { Mark, RiskLevel, Severity } from '../../contract/severity.ts';

export const riskProblems = problems('risk', {
  vulnerabilityNotFound: [404, 'No priority is stored for the vulnerability {id}.'],
  assetNotFound: [404, 'No asset has the id {id}.'],
  fixNotFound: [404, 'No open fix has the key {key}.'],
  emptyQuestion: [422, 'Say what would be different: fixed vulnerabilities, fixes or factors.'],
  rangeReversed: [422, 'The range ends ({to}) before it begins ({from}).'],
});

const tag = 'risk';
const read = 'risk:read' as const;

/* ——— priority ——— */
export const factorNames = ['technical', 'threat', 'exposure', 'path', 'data', 'criticality', 'privilege', 'runtime'] as const;
export const FactorName = z.enum(factorNames);
export type FactorName = z.infer<typeof FactorName>;
/** What is known about one factor: stored as it was used. Its time is that of the assessment. */
export const Factor = z.object({
  factor: FactorName,
  value: z.number().min(0).max(1).nullable().describe('null: unknown.'),
  reason: z.string().max(200),
  source: z.string().max(80),
  mark: Mark,
});
export type Factor = z.infer<typeof Factor>;
/** A compensating control lowers the whole by `strength`, at most 0.6, until it expires. */
export const Control = z.object({
  strength: z.number().min(0).max(0.6),
  reason: z.string().max(1000),
  evidence: z.string().max(400).nullable(),
  until: z.iso.datetime(),
});
export type Control = z.infer<typeof Control>;
/** One line of a priority: the points of all lines add up to it exactly. */
export const PriorityLine = z.object({
  factor: z.enum([...factorNames, 'control']),
  value: z.number().nullable().describe('0 to 1; null is unknown, and the prior was used.'),
  weight: z.number(),
  points: z.number().describe('Exact share.'),
  shown: z.int().describe('Whole points by largest remainder: these add up to the shown priority.'),
  reason: z.string(),
  source: z.string(),
  mark: Mark,
  evidence: z.string().nullable(),
  at: z.iso.datetime(),
});
export type PriorityLine = z.infer<typeof PriorityLine>;
export const Explanation = z.object({
  priority: z.number(),
  shown: z.int(),
  low: z.number().describe('With every unknown factor at 0.'),
  high: z.number().describe('With every unknown factor at 1.'),
  prior: z.number().describe('Value used for an unknown factor.'),
  lines: z.array(PriorityLine),
  weightsVersion: z.string(),
  computedAt: z.iso.datetime(),
});
export type Explanation = z.infer<typeof Explanation>;

/** What the vulnerability and its asset say; risk turns it into factors. */
export const PriorityQuestion = z.object({
  vulnerabilityId: z.uuid(),
  assetId: z.uuid(),
  title: z.string().max(300),
  severity: Severity,
  mark: Mark,
  source: z.string().max(60),
  cvssScore: z.number().min(0).max(10).nullable(),
  kev: z.boolean().nullable(),
  epss: z.number().min(0).max(1).nullable(),
  attackInArtefact: z.boolean().describe('Working attack code was found in the artefact itself.'),
  presence: z.enum(['loaded', 'present', 'not-loaded', 'unknown']),
  exposure: z.enum(['internet', 'limited', 'internal', 'isolated', 'unknown']),
  criticality: z.enum(['high', 'medium', 'low']).nullable(),
  dataClasses: z.array(z.string().max(40)).max(6),
  fix: z.object({ key: z.string().length(64), action: z.string().max(2000), target: z.string().max(4200) }).nullable(),
  control: Control.nullable(),
  at: z.iso.datetime(),
});
export type PriorityQuestion = z.infer<typeof PriorityQuestion>;
export const PriorityAnswer = z.object({
  vulnerabilityId: z.uuid(),
  priority: z.number(),
  low: z.number(),
  high: z.number(),
  unknownFactors: z.array(FactorName),
});
export type PriorityAnswer = z.infer<typeof PriorityAnswer>;
export const assessPriorities = endpoint({
  method: 'POST',
  path: '/api/risk/priorities',
  tag,
  operation: 'assess-priorities',
  access: 'service',
  audit: false,
  idempotent: true,
  maxBodyBytes: 16_777_216,
  summary: 'Compute and store the priority of vulnerabilities',
  input: z.object({ questions: z.array(PriorityQuestion).max(1000) }),
  output: z.object({ answers: z.array(PriorityAnswer) }),
});
export const explainPriority = endpoint({
  method: 'GET',
  path: '/api/risk/priorities/:id',
  tag,
  operation: 'explain',
  access: 'vulnerabilities:read',
  summary: 'The stored factors of a vulnerability and the points each gives',
  input: z.object({ id: z.uuid() }),
  output: Explanation,
});

/* ——— posture ——— */
export const PosturePoint = z.object({ at: z.iso.datetime(), score: z.number().nullable(), coverage: z.number().min(0).max(1).nullable() });
export const Posture = z.object({
  at: z.iso.datetime(),
  score: z.number().min(0).max(100).nullable().describe('null: nothing was assessed.'),
  coverage: z.number().min(0).max(1).nullable().describe('Share of assets by weight assessed within 30 days; null: no assets.'),
  unknownFirst: z.boolean().describe('Coverage is under a half: say unknown first, the number second.'),
  assets: z.int(),
  assessed: z.int(),
  scored: z.int().describe('Assets in the score: assessed, or with an open vulnerability.'),
  since: z
    .object({ at: z.iso.datetime(), score: z.number().nullable(), coverage: z.number().nullable(), change: z.number().nullable() })
    .nullable(),
  trend: z.array(PosturePoint).describe('Last point of each hour or day in which something moved.'),
});
export type Posture = z.infer<typeof Posture>;
const time = z.iso.datetime({ offset: true });
export const getPosture = endpoint({
  method: 'GET',
  path: '/api/risk/score',
  tag,
  operation: 'score',
  access: read,
  summary: 'Posture score with coverage, now or at any past time, and its trend',
  input: z.object({
    at: time.optional(),
    since: time.optional().describe('Compare with this time.'),
    days: z.int().min(1).max(366).default(30),
  }),
  output: Posture,
});
export const causes = [
  'opened',
  'reopened',
  'resolved',
  'reprioritised',
  'asset-added',
  'asset-changed',
  'asset-retired',
  'assessed',
  'assessment-aged',
] as const;
export const Cause = z.enum(causes);
export type Cause = z.infer<typeof Cause>;
export const Movement = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  cause: Cause,
  causeId: z.string().nullable().describe('Vulnerability, asset or scan that moved it.'),
  title: z.string(),
  assetId: z.uuid(),
  assetName: z.string(),
  riskBefore: z.number().nullable(),
  riskAfter: z.number().nullable(),
  weightBefore: z.int(),
  weightAfter: z.int(),
  change: z.number().describe('Points of posture; 0 when only coverage moved.'),
});
export type Movement = z.infer<typeof Movement>;
export const listMovements = endpoint({
  method: 'GET',
  path: '/api/risk/movements',
  tag,
  operation: 'movements',
  access: read,
  summary: 'What moved the posture, newest first; the changes sum to the difference exactly',
  input: z.object({
    ...paging,
    from: time.optional(),
    to: time.optional(),
    cause: Cause.optional(),
    asset_id: z.uuid().optional(),
    moved: z.enum(['true', 'all']).default('all').describe('true: only rows with a change other than 0.'),
  }),
  output: pageOf(Movement).extend({
    fromScore: z.number().nullable(),
    toScore: z.number().nullable(),
    sum: z.number().describe('Of all rows of the range, not of this page.'),
    byCause: z.array(z.object({ cause: Cause, count: z.int(), change: z.number() })),
  }),
});

/* ——— assets ——— */
export const AssetRisk = z.object({
  assetId: z.uuid(),
  risk: z.number().min(0).max(100).nullable(),
  level: RiskLevel,
  lowerBound: z.boolean().describe('Not assessed to the end: the risk is at least this.'),
  worst: z.number().describe('Points the worst vulnerability gives.'),
  others: z.number().describe('Points all others add.'),
  openVulnerabilities: z.int(),
  worstVulnerabilityId: z.uuid().nullable(),
  weight: z.int(),
  assessedAt: z.iso.datetime().nullable(),
  postureCost: z.number().describe('Points of posture this asset costs now.'),
});
export type AssetRisk = z.infer<typeof AssetRisk>;
export const getAssetRisk = endpoint({
  method: 'GET',
  path: '/api/risk/assets/:id',
  tag,
  operation: 'asset',
  access: read,
  summary: 'Risk of one asset and what it is made of',
  input: z.object({ id: z.uuid() }),
  output: AssetRisk,
});

/* ——— fixes ——— */
export const Fix = z.object({
  key: z.string(),
  action: z.string(),
  target: z.string(),
  reason: z.string().describe('What its worst vulnerability says.'),
  won: z.number().describe('Points of posture this fix alone wins.'),
  vulnerabilities: z.int(),
  assets: z.int(),
  severity: Severity,
  mark: Mark,
  owners: z.array(z.string()),
  assignees: z.array(z.string()),
  assetNames: z.array(z.string()),
  dueAt: z.iso.datetime().nullable(),
  topVulnerabilityId: z.uuid(),
  unknownFactors: z.array(z.string()).describe('Of the worst vulnerability: finding out may change its rank.'),
});
export type Fix = z.infer<typeof Fix>;
export const listFixes = endpoint({
  method: 'GET',
  path: '/api/risk/fixes',
  tag,
  operation: 'fixes',
  access: read,
  summary: 'Fix first: actions by the posture points they win',
  input: z.object({
    limit: z.int().min(1).max(200).default(10),
    owner: z.string().max(120).optional(),
    environment: z.enum(['development', 'research', 'staging', 'production']).optional(),
  }),
  output: z.object({
    fixes: z.array(Fix),
    total: z.int().describe('Fixes in all.'),
    scoreNow: z.number().nullable(),
    scoreThen: z.number().nullable().describe('With all listed fixes done together.'),
  }),
});
export const whatIf = endpoint({
  method: 'POST',
  path: '/api/risk/what-if',
  tag,
  operation: 'what-if',
  access: read,
  audit: false,
  idempotent: true,
  summary: 'Recompute with some vulnerabilities fixed, fixes done or factors other than they are; changes nothing',
  input: z.strictObject({
    fixed: z.array(z.uuid()).max(1000).default([]),
    fixes: z.array(z.string().length(64)).max(100).default([]),
    vulnerability_id: z.uuid().optional(),
    factors: z.partialRecord(FactorName, z.number().min(0).max(1)).optional().describe('Other values for factors of vulnerability_id.'),
  }),
  output: z.object({
    scoreNow: z.number().nullable(),
    scoreThen: z.number().nullable(),
    won: z.number(),
    assets: z.array(z.object({ assetId: z.uuid(), riskNow: z.number(), riskThen: z.number() })),
    priorityNow: Explanation.nullable(),
    priorityThen: Explanation.nullable(),
  }),
});

/* ——— events ——— */
/** The computed risk of assets moved. */
export const assetRiskChanged = eventKind(
  'risk.asset-changed',
  z.object({
    assets: z
      .array(z.object({ assetId: z.uuid(), risk: z.number().nullable(), level: RiskLevel }))
      .min(1)
      .max(500),
  }),
  null,
);
export const postureMoved = eventKind(
  'posture.moved',
  z.object({ score: z.number().nullable(), coverage: z.number().nullable(), change: z.number() }),
  read,
);
/** The nightly recount and the ledger disagree: a defect, never corrected silently. */
export const recountDiffered = eventKind(
  'risk.recount-differed',
  z.object({ ledger: z.number().nullable(), recount: z.number().nullable(), assets: z.int() }),
  read,
);
