/** What may be asked of discovery: the stateless door :8001 that walks folders, and the product door that keeps runs and hits. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { JobState } from '../../contract/job.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { AssetType, EdgeKind } from '../ai-assets/contract.ts';

export const discoveryProblems = problems('discovery', {
  runNotFound: [404, 'No discovery run has the id {id}.'],
  hitNotFound: [404, 'No hit has the id {id}.'],
  walkNotFound: [404, 'No walk has the id {id}: it ended more than an hour ago, or the service restarted.'],
  notAnAsset: [422, '{name} is a {kind}: that is evidence about other assets, not an asset of its own.'],
  busy: [429, 'Discovery is busy. Try again in {seconds} s.'],
  walkFailed: [502, 'The folder could not be walked: {reason}'],
  notAFolder: [422, '{path} is not a folder.'],
  notRunning: [409, 'This run is {state}.'],
  alreadyRunning: [409, 'A discovery of {path} is still running.'],
});

export const hitKinds = [
  'model',
  'dataset',
  'notebook',
  'package',
  'framework-use',
  'model-reference',
  'dataset-reference',
  'hosted-model',
  'endpoint',
  'training-code',
  'agent',
  'mcp-server',
  'prompt',
  'serving',
  'vector-store',
  'key-name',
  'secret',
] as const;
export const HitKind = z.enum(hitKinds);
export type HitKind = z.infer<typeof HitKind>;
/** certain: parsed from content; probable: structure and name agree; possible: one weak sign. */
export const Confidence = z.enum(['certain', 'probable', 'possible']);
export type Confidence = z.infer<typeof Confidence>;
export const Method = z.enum(['content', 'manifest', 'lockfile', 'config', 'import', 'call', 'layout', 'name', 'environment', 'pattern']);
export type Method = z.infer<typeof Method>;
export const Place = z.object({
  path: z.string().max(4096).describe('Relative to the walked folder; empty when that is a file itself.'),
  line: z.int().min(1).nullable(),
  evidence: z.string().max(300).describe('The line or fact, redacted: no secret value ever leaves the reader.'),
});
export type Place = z.infer<typeof Place>;
export const HitFacts = z.record(z.string().max(120), z.union([z.string().max(2000), z.number(), z.boolean()]));
export const HitEdge = z.object({ kind: EdgeKind, toKey: z.string().max(4200), inferred: z.boolean() });
export type HitEdge = z.infer<typeof HitEdge>;
export const Hit = z.object({
  kind: HitKind,
  assetType: AssetType.nullable().describe('null: evidence about others (a package, a prompt, a key name), not an asset.'),
  name: z.string().max(200),
  purl: z.string().max(1000).nullable(),
  keys: z.array(z.string().max(4200)).min(1).max(600).describe('Natural keys, strongest first.'),
  confidence: Confidence,
  method: Method,
  where: z.array(Place).min(1).max(50),
  whereLeftOut: z.int().min(0),
  facts: HitFacts,
  edges: z.array(HitEdge).max(200),
});
export type Hit = z.infer<typeof Hit>;

/** A part of the tree that was not looked into, and why. */
export const Skipped = z.object({
  path: z.string().max(4096),
  reason: z.enum([
    'permission',
    'link-loop',
    'outside-link',
    'not-a-regular-file',
    'depth',
    'files',
    'hits',
    'too-large',
    'reader-failed',
    'time',
    'vendored',
  ]),
  count: z.int().min(1),
});
export type Skipped = z.infer<typeof Skipped>;
export const WalkSummary = z.object({
  root: z.string(),
  files: z.int().min(0),
  folders: z.int().min(0),
  bytesRead: z.number().min(0),
  durationMs: z.number().min(0),
  complete: z.boolean().describe('Every file of the folder was reached; only then can something be gone.'),
  hitCount: z.int().min(0),
  skipped: z.array(Skipped).max(1000),
});
export type WalkSummary = z.infer<typeof WalkSummary>;
export const WalkProgress = z.object({
  files: z.int(),
  filesTotal: z.int().nullable(),
  bytesRead: z.number(),
  hits: z.int(),
  current: z.string().nullable(),
});
export type WalkProgress = z.infer<typeof WalkProgress>;

const tag = 'discovery';
const read = 'discovery:read' as const;

/* ——— door :8001, stateless ——— */
const door = 'ai-scanner' as const;
export const discoverPath = endpoint({
  method: 'POST',
  path: '/scan/discover',
  door,
  tag,
  operation: 'discover-path',
  access: 'service',
  status: 202,
  timeoutMs: 3_600_000,
  summary: 'Walk a folder for AI things; answers an id, or summary and hits when wait is true',
  input: z.strictObject({
    path: z.string().min(1).max(4096),
    wait: z.boolean().default(false),
    timeoutMs: z.int().min(1000).max(3_600_000).default(900_000),
  }),
  output: z.object({ id: z.uuid(), summary: WalkSummary.optional(), hits: z.array(Hit).optional() }),
});
export const discoverStatus = endpoint({
  method: 'GET',
  path: '/scan/discover/:id',
  door,
  tag,
  operation: 'discover-status',
  access: 'service',
  summary: 'State and progress of a walk of this process, kept for an hour',
  input: z.object({ id: z.uuid() }),
  output: z.object({
    id: z.uuid(),
    state: JobState,
    progress: WalkProgress,
    summary: WalkSummary.nullable(),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  }),
});
export const discoverHits = endpoint({
  method: 'GET',
  path: '/scan/discover/:id/hits',
  door,
  tag,
  operation: 'discover-hits',
  access: 'service',
  summary: 'Hits of a finished walk, a page at a time',
  input: z.object({ id: z.uuid(), offset: z.int().min(0).default(0), limit: z.int().min(1).max(1000).default(500) }),
  output: z.object({ hits: z.array(Hit), total: z.int() }),
});
export const cancelDiscover = endpoint({
  method: 'DELETE',
  path: '/scan/discover/:id',
  door,
  tag,
  operation: 'discover-cancel',
  access: 'service',
  summary: 'Stop a walk',
  input: z.object({ id: z.uuid() }),
  output: z.object({ cancelled: z.boolean() }),
});
export const doorFolders = endpoint({
  method: 'GET',
  path: '/scan/folders',
  door,
  tag,
  operation: 'folders-of-path',
  access: read,
  summary: 'Folders below a path, for choosing one',
  input: z.object({ path: z.string().max(4096).default('') }),
  output: z.object({ roots: z.array(z.string()), folders: z.array(z.string()), truncated: z.boolean() }),
});

/* ——— product door ——— */
export const Roots = z.object({ roots: z.array(z.string()), setting: z.string().describe('The setting that changes them.') });
export const listRoots = endpoint({
  method: 'GET',
  path: '/api/discovery/roots',
  tag,
  operation: 'roots',
  access: read,
  summary: 'Folders this installation may look into',
  input: z.object({}),
  output: Roots,
});
export const suggestFolders = endpoint({
  method: 'GET',
  path: '/api/discovery/folders',
  tag,
  operation: 'folders',
  access: read,
  summary: 'Folders that begin with a path, under the allowed roots',
  input: z.object({ path: z.string().max(4096).default('') }),
  output: z.object({ roots: z.array(z.string()), folders: z.array(z.string()), truncated: z.boolean() }),
});
export const RunCounts = z.object({
  hits: z.int(),
  assets: z.int().describe('Hits that are assets.'),
  new: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  gone: z.int(),
});
export const Run = z.object({
  id: z.uuid(),
  jobId: z.uuid(),
  path: z.string(),
  state: JobState,
  progress: WalkProgress.nullable(),
  summary: WalkSummary.nullable(),
  counts: RunCounts.nullable(),
  scan: z.boolean().describe('Scan the model artefacts afterwards.'),
  scanId: z.uuid().nullable(),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  requestedBy: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type Run = z.infer<typeof Run>;
export const startRun = endpoint({
  method: 'POST',
  path: '/api/discovery/runs',
  tag,
  operation: 'start',
  access: 'discovery:create',
  status: 202,
  summary: 'Discover AI assets in a folder under an allowed root, then scan its model artefacts',
  input: z.strictObject({ path: z.string().min(1).max(4096), scan: z.boolean().default(true) }),
  output: Run,
});
export const listRuns = endpoint({
  method: 'GET',
  path: '/api/discovery/runs',
  tag,
  operation: 'list',
  access: read,
  summary: 'Discovery runs, newest first',
  input: z.object({ ...paging, state: JobState.optional(), path: z.string().max(4096).optional() }),
  output: pageOf(Run),
});
export const getRun = endpoint({
  method: 'GET',
  path: '/api/discovery/runs/:id',
  tag,
  operation: 'read',
  access: read,
  summary: 'One discovery run',
  input: z.object({ id: z.uuid() }),
  output: Run,
});
export const cancelRun = endpoint({
  method: 'POST',
  path: '/api/discovery/runs/:id/cancel',
  tag,
  operation: 'cancel',
  access: 'discovery:update',
  summary: 'Stop a running discovery',
  input: z.strictObject({ id: z.uuid() }),
  output: Run,
});
export const hitStates = ['new', 'changed', 'unchanged', 'gone'] as const;
export const HitState = z.enum(hitStates);
export type HitState = z.infer<typeof HitState>;
export const StoredHit = Hit.extend({
  id: z.uuid(),
  runId: z.uuid(),
  state: HitState.describe('Against the run before of the same place.'),
  assetId: z.uuid().nullable(),
});
export type StoredHit = z.infer<typeof StoredHit>;
export const listHits = endpoint({
  method: 'GET',
  path: '/api/discovery/runs/:id/hits',
  tag,
  operation: 'hits',
  access: read,
  summary: 'What a run found, and how that differs from the run before',
  input: z.object({
    ...paging,
    id: z.uuid(),
    kind: HitKind.optional(),
    state: HitState.optional(),
    q: z.string().trim().max(200).optional(),
  }),
  output: pageOf(StoredHit),
});
export const registerHit = endpoint({
  method: 'POST',
  path: '/api/discovery/hits/:id/register',
  tag,
  operation: 'register',
  access: 'ai-assets:update',
  summary: 'Take the asset behind a hit into the inventory',
  input: z.strictObject({ id: z.uuid(), owner: z.string().trim().min(1).max(120) }),
  output: StoredHit,
});

/** Hits are stored and their assets observed. */
export const runFinished = eventKind(
  'discovery.run-finished',
  z.object({ runId: z.uuid(), path: z.string(), hits: z.int(), new: z.int(), changed: z.int(), gone: z.int() }),
  read,
);
