/** The inventory: what may be asked about AI assets, by people and by other slices, its problems and its events. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { Mark, RiskLevel } from '../../contract/severity.ts';
import {
  Asset,
  AssetDetail,
  AssetDraft,
  AssetFilter,
  AssetPatch,
  AssetReplacement,
  AssetType,
  assetFilter,
  assetSorts,
  Criticality,
  Dependency,
  EdgeKind,
  Environment,
  Lifecycle,
  Metadata,
  Name,
  NaturalKey,
  Tag,
  Word,
} from './asset-shape.ts';

export const assetProblems = problems('ai-assets', {
  notFound: [404, 'No asset has the id {id}.'],
  retired: [409, 'The asset {name} is retired. Restore it first.'],
  notRetired: [409, 'The asset {name} is not retired.'],
  notProposed: [409, 'The asset {name} is {lifecycle}: only a proposed asset can be claimed.'],
  keyTaken: [409, 'The key {key} already belongs to the asset {name}.'],
  quarantined: [409, 'The asset {name} is in quarantine: release it there first.'],
  underReview: [409, 'The asset {name} must be reviewed before it is promoted: {reason}'],
  typeMissing: [422, 'Say what the asset is: type (or asset_type) is missing.'],
  typeTwice: [422, 'type and asset_type say different things: {type} and {other}.'],
  dependencyNotFound: [404, 'The asset {id} has no dependency {dependencyId}.'],
  dependencyOnItself: [422, 'An asset cannot depend on itself.'],
  dependencyExists: [409, 'This dependency is already recorded.'],
  observedDependency: [409, 'This dependency was seen by {source}; it ends when its source no longer sees it.'],
  importTooLarge: [413, 'The file is larger than {limit} bytes.'],
  importTooManyRows: [413, 'The file has more than {limit} rows.'],
  importFormat: [422, 'The file is not readable as {format}: {reason}.'],
  importColumns: [422, 'The file has no column {missing}. The first line must name the columns.'],
});

export * from './asset-shape.ts';
export * from './holds/hold-contract.ts';
export * from './imports/import-contract.ts';

const tag = 'ai-assets';
const read = 'ai-assets:read' as const;
const update = 'ai-assets:update' as const;
export const listAssets = endpoint({
  method: 'GET',
  path: '/api/ai-assets',
  aliases: ['/api/assets'],
  tag,
  operation: 'list',
  access: read,
  summary: 'Assets, highest risk first unless sorted otherwise',
  input: z.object({ ...paging, ...assetFilter, sort: z.enum(assetSorts).default('risk') }),
  output: pageOf(Asset),
});
export const getAsset = endpoint({
  method: 'GET',
  path: '/api/ai-assets/:id',
  aliases: ['/api/assets/:id'],
  tag,
  operation: 'read',
  access: read,
  summary: 'One asset with keys, provenance, sightings and dependencies',
  input: z.object({ id: z.uuid() }),
  output: AssetDetail,
});
export const registerAsset = endpoint({
  method: 'POST',
  path: '/api/ai-assets',
  aliases: ['/api/assets'],
  tag,
  operation: 'register',
  access: 'ai-assets:create',
  ofDepartment: true,
  status: 201,
  summary: 'Register an asset',
  input: AssetDraft,
  output: AssetDetail,
});
export const replaceAsset = endpoint({
  method: 'PUT',
  path: '/api/ai-assets/:id',
  aliases: ['/api/assets/:id'],
  tag,
  operation: 'replace',
  access: update,
  ofDepartment: true,
  summary: 'Replace everything a person may write; what is left out becomes empty',
  input: AssetReplacement,
  output: AssetDetail,
});
export const changeAsset = endpoint({
  method: 'PATCH',
  path: '/api/ai-assets/:id',
  aliases: ['/api/assets/:id'],
  tag,
  operation: 'change',
  access: update,
  ofDepartment: true,
  summary: 'Change some fields',
  input: AssetPatch,
  output: AssetDetail,
});
export const retireAsset = endpoint({
  method: 'DELETE',
  path: '/api/ai-assets/:id',
  aliases: ['/api/assets/:id'],
  tag,
  operation: 'retire',
  access: 'ai-assets:delete',
  ofDepartment: true,
  summary: 'Retire an asset: it leaves the inventory, its history stays',
  input: z.object({ id: z.uuid(), version: z.coerce.number().int().min(1).optional() }),
  output: AssetDetail,
});
export const restoreAsset = endpoint({
  method: 'POST',
  path: '/api/ai-assets/:id/restore',
  tag,
  operation: 'restore',
  access: update,
  ofDepartment: true,
  summary: 'Bring a retired asset back',
  input: z.strictObject({ id: z.uuid() }),
  output: AssetDetail,
});
export const listAssetsOfOwner = endpoint({
  method: 'GET',
  path: '/api/ai-assets/owner/:owner',
  aliases: ['/api/assets/owner/:owner'],
  tag,
  operation: 'list-of-owner',
  access: read,
  summary: 'Assets of one owner',
  input: z.object({ ...paging, owner: z.string().min(1).max(120), sort: z.enum(assetSorts).default('risk') }),
  output: pageOf(Asset),
});
export const claimAsset = endpoint({
  method: 'POST',
  path: '/api/ai-assets/:id/claim',
  tag,
  operation: 'claim',
  access: update,
  ofDepartment: true,
  summary: 'Take a proposed asset into the inventory',
  input: z.strictObject({ id: z.uuid(), owner: Word.min(1), environment: Environment.optional(), criticality: Criticality.optional() }),
  output: AssetDetail,
});
export const claimAssets = endpoint({
  method: 'POST',
  path: '/api/ai-assets/claim',
  tag,
  operation: 'claim-many',
  access: update,
  ofDepartment: true,
  summary: 'Claim several proposed assets; refusals are listed by reason',
  input: z.strictObject({
    ids: z.array(z.uuid()).min(1).max(1000),
    owner: Word.min(1),
    environment: Environment.optional(),
    criticality: Criticality.optional(),
  }),
  output: z.object({ claimed: z.array(z.uuid()), refused: z.array(z.object({ id: z.uuid(), code: z.string(), reason: z.string() })) }),
});
export const addDependency = endpoint({
  method: 'POST',
  path: '/api/ai-assets/:id/dependencies',
  tag,
  operation: 'add-dependency',
  access: update,
  ofDepartment: true,
  status: 201,
  summary: 'Declare that this asset depends on, reads, serves … another',
  input: z.strictObject({ id: z.uuid(), assetId: z.uuid(), kind: EdgeKind }),
  output: Dependency,
});
export const removeDependency = endpoint({
  method: 'DELETE',
  path: '/api/ai-assets/:id/dependencies/:dependencyId',
  tag,
  operation: 'remove-dependency',
  access: update,
  ofDepartment: true,
  summary: 'Take a declared dependency back',
  input: z.object({ id: z.uuid(), dependencyId: z.uuid() }),
  output: z.object({ removed: z.boolean() }),
});

export const LineageNode = z.object({
  assetId: z.uuid(),
  name: z.string(),
  type: AssetType,
  riskLevel: RiskLevel,
  risk: z.number().nullable(),
  lifecycle: Lifecycle,
  missingSince: z.iso.datetime().nullable(),
  /** Steps from the asset asked about: negative is upstream (what it is made from), positive downstream (what uses it). */
  distance: z.int(),
});
export const LineageEdge = z.object({ from: z.uuid(), to: z.uuid(), kind: EdgeKind, mark: Mark, source: z.string() });
export const assetLineage = endpoint({
  method: 'GET',
  path: '/api/ai-assets/:id/lineage',
  tag,
  operation: 'lineage',
  access: read,
  summary: 'Neighbours in the asset graph, up to three steps either way',
  input: z.object({ id: z.uuid(), depth: z.coerce.number().int().min(1).max(3).default(3) }),
  output: z.object({ nodes: z.array(LineageNode), edges: z.array(LineageEdge), truncated: z.boolean() }),
});
export const AssetChange = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  actor: z.object({ kind: z.enum(['user', 'service', 'job', 'system']), id: z.string(), name: z.string() }),
  action: z.enum([
    'registered',
    'proposed',
    'changed',
    'claimed',
    'retired',
    'restored',
    'missing',
    'seen-again',
    'risk',
    'linked',
    'unlinked',
    'imported',
  ]),
  fields: z.array(z.string()),
  before: z.record(z.string(), z.json()),
  after: z.record(z.string(), z.json()),
});
export type AssetChange = z.infer<typeof AssetChange>;
export const assetHistory = endpoint({
  method: 'GET',
  path: '/api/ai-assets/:id/history',
  tag,
  operation: 'history',
  access: read,
  summary: 'What happened to an asset, newest first',
  input: z.object({ ...paging, id: z.uuid() }),
  output: pageOf(AssetChange),
});
const Count = z.object({ value: z.string(), count: z.int().min(0) });
export const assetStatistics = endpoint({
  method: 'GET',
  path: '/api/ai-assets/stats',
  tag,
  operation: 'statistics',
  access: read,
  summary: 'Counts by type, environment, risk, lifecycle; unknown is a bucket of its own',
  input: AssetFilter,
  output: z.object({
    total: z.int(),
    unowned: z.int(),
    missing: z.int(),
    byType: z.array(Count),
    byEnvironment: z.array(Count),
    byRisk: z.array(Count),
    byLifecycle: z.array(Count),
    byCriticality: z.array(Count),
  }),
});

/* ——— for other slices ——— */
const Evidence = z.object({ place: z.string().max(4096), line: z.int().min(1).nullable(), evidence: z.string().max(300) });
export const Observation = z.object({
  keys: z.array(NaturalKey).min(1).max(600).describe('Strongest first; the first one names the observation.'),
  type: AssetType,
  name: Name,
  description: z.string().max(4000).optional(),
  environment: Environment.optional(),
  owner: Word.optional(),
  cloudProvider: Word.optional(),
  region: Word.optional(),
  tags: z.array(Tag).max(50).optional(),
  metadata: Metadata.optional(),
  mark: z.enum(['static', 'observed', 'imported', 'inferred']).default('observed'),
  places: z.array(Evidence).min(1).max(200),
});
export type Observation = z.infer<typeof Observation>;
export const ObservedEdge = z.object({
  fromKey: NaturalKey,
  toKey: NaturalKey,
  kind: EdgeKind,
  mark: z.enum(['static', 'observed', 'imported', 'inferred']),
});
export const observeAssets = endpoint({
  method: 'POST',
  path: '/api/ai-assets/observe',
  tag,
  operation: 'observe',
  access: 'service',
  idempotent: true,
  maxBodyBytes: 16_777_216,
  timeoutMs: 120_000,
  summary: 'A source reports what it sees; idempotent by natural keys',
  description:
    'Unknown things become proposed assets. Report a large scope in several calls with the same `run`; on the call with `final`, whatever the source saw earlier at a place inside `scope` and not in this run is gone.',
  input: z.object({
    source: z.string().min(1).max(60),
    scope: z
      .string()
      .max(4096)
      .nullable()
      .default(null)
      .describe('Absolute path (or other place prefix) that was walked to the end; null never ends anything.'),
    run: z.string().min(1).max(80).optional().describe('Same for all calls of one walk.'),
    final: z.boolean().default(true),
    observations: z.array(Observation).max(1000),
    edges: z.array(ObservedEdge).max(5000).default([]),
  }),
  output: z.object({
    results: z
      .array(z.object({ assetId: z.uuid(), state: z.enum(['new', 'changed', 'unchanged']), fields: z.array(z.string()) }))
      .describe('In the order of the observations.'),
    gone: z.array(z.object({ assetId: z.uuid(), name: z.string(), type: AssetType })),
    edgesUnresolved: z.int(),
  }),
});
export const findAssetsByKey = endpoint({
  method: 'POST',
  path: '/api/ai-assets/find-by-key',
  tag,
  operation: 'find-by-key',
  access: 'service',
  audit: false,
  idempotent: true,
  maxBodyBytes: 8_388_608,
  summary: 'Which assets own these natural keys',
  input: z.object({ keys: z.array(NaturalKey).max(2000) }),
  output: z.object({
    found: z.array(z.object({ key: z.string(), assetId: z.uuid(), name: z.string(), type: AssetType, lifecycle: Lifecycle })),
  }),
});

/* ——— events ——— */
const assetNews = z.object({
  assetId: z.uuid(),
  name: z.string(),
  type: AssetType,
  environment: Environment.nullable(),
  criticality: Criticality.nullable(),
  lifecycle: Lifecycle,
});
export const assetRegistered = eventKind('asset.registered', assetNews, read);
/** `fields` names what changed; claimed, restored and no-longer-seen assets are changes too (`lifecycle`, `missingSince`). */
export const assetChanged = eventKind('asset.changed', assetNews.extend({ fields: z.array(z.string()) }), read);
export const assetRetired = eventKind('asset.retired', z.object({ assetId: z.uuid(), name: z.string(), type: AssetType }), read);
