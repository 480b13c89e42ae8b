/** The words and shapes of the inventory: what an asset is, what a person may write, what a list can be filtered by. */
import { z } from 'zod';
import { anyOf } from '../../contract/any-of.ts';
import { Mark, RiskLevel } from '../../contract/severity.ts';

export const assetTypes = ['model', 'dataset', 'pipeline', 'api', 'endpoint', 'infrastructure', 'agent', 'mcp_server', 'tool'] as const;
export const AssetType = z.enum(assetTypes);
export type AssetType = z.infer<typeof AssetType>;
export const environments = ['development', 'research', 'staging', 'production'] as const;
export const Environment = z.enum(environments);
export type Environment = z.infer<typeof Environment>;
export const lifecycles = ['proposed', 'approved', 'active', 'deprecated', 'retired', 'quarantined'] as const;
export const Lifecycle = z.enum(lifecycles);
export type Lifecycle = z.infer<typeof Lifecycle>;
export const criticalities = ['high', 'medium', 'low'] as const;
export const Criticality = z.enum(criticalities);
export type Criticality = z.infer<typeof Criticality>;
export const dataClasses = ['public', 'internal', 'confidential', 'personal', 'special_category', 'secret'] as const;
export const DataClass = z.enum(dataClasses);
export type DataClass = z.infer<typeof DataClass>;
export const ComplianceStatus = z.enum(['compliant', 'partly', 'not_compliant', 'unknown']);
export type ComplianceStatus = z.infer<typeof ComplianceStatus>;

/** Edge kinds of the asset graph (an edge reads "this asset `kind` that asset"). */
export const edgeKinds = [
  'exposes',
  'serves',
  'calls',
  'reads',
  'writes',
  'trains_on',
  'produces',
  'depends_on',
  'contains',
  'runs_as',
  'can_access',
  'invokes',
  'provides',
  'shares_context',
] as const;
export const EdgeKind = z.enum(edgeKinds);
export type EdgeKind = z.infer<typeof EdgeKind>;

export const Name = z.string().trim().min(1).max(200);
export const Word = z.string().trim().max(120);
export const Tag = z.string().trim().min(1).max(60);
/** `file:<absolute path>`, `folder:<absolute path>`, `purl:pkg:…`, `sha256:<hex>`, `url:…`, `hosted:<provider>/<model>`, `mcp:…`. */
export const NaturalKey = z
  .string()
  .min(3)
  .max(4200)
  .regex(/^[a-z][a-z0-9-]*:./s, 'must begin with its kind and a colon, like file:/models/a.pt');
export const Metadata = z.record(z.string().min(1).max(120), z.union([z.string().max(2000), z.number(), z.boolean()]));

/** What a person may write. Risk, compliance, seen times and sources are computed and cannot be written. */
const writable = {
  name: Name,
  description: z.string().max(4000).optional(),
  type: AssetType.optional(),
  asset_type: AssetType.optional().describe('Same as type.'),
  environment: Environment.nullable().optional(),
  owner: Word.nullable().optional().describe('Name or e-mail of the person or team that answers for it.'),
  department: Word.nullable().optional(),
  cloudProvider: Word.nullable().optional(),
  cloud_provider: Word.nullable().optional().describe('Same as cloudProvider.'),
  region: Word.nullable().optional(),
  criticality: Criticality.nullable().optional(),
  dataClasses: z.array(DataClass).max(6).optional(),
  data_classes: z.array(DataClass).max(6).optional().describe('Same as dataClasses.'),
  lifecycle: z.enum(['proposed', 'approved', 'active', 'deprecated', 'quarantined']).optional(),
  tags: z.array(Tag).max(50).optional(),
  metadata: Metadata.optional(),
} as const;
export const AssetDraft = z.strictObject({
  ...writable,
  keys: z.array(NaturalKey).max(20).optional().describe('Natural keys it is recognised by.'),
});
export type AssetDraft = z.infer<typeof AssetDraft>;
const expected = z.int().min(1).optional().describe('Version you saw; refused with 409 when it changed since.');
export const AssetReplacement = z.strictObject({ ...writable, id: z.uuid(), version: expected });
export const AssetPatch = z.strictObject({ ...writable, name: Name.optional(), id: z.uuid(), version: expected });

/** How a field's value is known. */
export const FieldMark = z.object({ mark: Mark, source: z.string(), at: z.iso.datetime() });
export const FieldDifference = z.object({ field: z.string(), declared: z.json(), observed: z.json(), source: z.string() });
export const Asset = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  type: AssetType,
  environment: Environment.nullable(),
  owner: z.string().nullable(),
  department: z.string().nullable(),
  cloudProvider: z.string().nullable(),
  region: z.string().nullable(),
  criticality: Criticality.nullable(),
  dataClasses: z.array(DataClass),
  risk: z.number().min(0).max(100).nullable().describe('0 to 100, from the risk engine; null until assessed.'),
  riskLevel: RiskLevel,
  complianceStatus: ComplianceStatus,
  lifecycle: Lifecycle,
  tags: z.array(z.string()),
  metadata: Metadata,
  sources: z.array(z.string()),
  firstSeen: z.iso.datetime().nullable().describe('By a machine; null when only declared.'),
  lastSeen: z.iso.datetime().nullable(),
  missingSince: z.iso.datetime().nullable().describe('Set when its sources looked again and no longer see it.'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type Asset = z.infer<typeof Asset>;
/** A place where a machine saw it. */
export const Sighting = z.object({
  source: z.string(),
  place: z.string(),
  line: z.int().nullable(),
  evidence: z.string(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  goneAt: z.iso.datetime().nullable(),
});
export const Dependency = z.object({
  id: z.uuid(),
  direction: z.enum(['out', 'in']).describe('out: this asset does it to the other; in: the other does it to this one.'),
  kind: EdgeKind,
  assetId: z.uuid(),
  name: z.string(),
  type: AssetType,
  riskLevel: RiskLevel,
  lifecycle: Lifecycle,
  mark: Mark,
  source: z.string(),
  validFrom: z.iso.datetime(),
});
export type Dependency = z.infer<typeof Dependency>;
export const AssetDetail = Asset.extend({
  keys: z.array(z.string()),
  marks: z.record(z.string(), FieldMark),
  differences: z.array(FieldDifference).describe("Where a person's value and a machine's differ; the person's is in force."),
  sightings: z.array(Sighting),
  dependencies: z.array(Dependency),
});
export type AssetDetail = z.infer<typeof AssetDetail>;

/** `attention`: proposed assets first, because someone must decide about them; then by risk. */
export const assetSorts = ['attention', 'risk', 'name', 'last_seen', 'created', 'updated'] as const;
export const assetFilter = {
  asset_type: anyOf(assetTypes).optional(),
  environment: anyOf([...environments, 'unknown']).optional(),
  owner: z.string().max(120).optional().describe('Exact owner; the word unowned lists those without.'),
  risk: anyOf(RiskLevel.options).optional().describe('Risk level.'),
  lifecycle: anyOf(lifecycles).optional().describe('Without it, retired assets are left out.'),
  criticality: anyOf([...criticalities, 'unknown']).optional(),
  tag: Tag.optional(),
  source: z.string().max(60).optional(),
  missing: z.enum(['true', 'false']).optional().describe('Only those no longer (true) or still (false) seen.'),
  q: z.string().trim().max(200).optional().describe('Words in name, description, tags or keys.'),
} as const;
export const AssetFilter = z.object(assetFilter);
export type AssetFilter = z.infer<typeof AssetFilter>;
