/** Published advisories and knowledge about exploitation, imported from files: what may be asked, problems, news. */
import { z } from 'zod';
import { anyOf } from '../../contract/any-of.ts';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { Severity, severities } from '../../contract/severity.ts';

export const advisoryProblems = problems('advisories', {
  notFound: [404, 'No imported advisory has the id {id}.'],
  unreadable: [422, 'The file cannot be imported: {reason}.'],
  tooLarge: [413, 'The file is larger than {limit} bytes.'],
  empty: [422, 'The file holds nothing that could be imported.'],
  stopped: [409, 'The import was stopped.'],
  uploadLost: [409, 'The uploaded file is gone: upload it again.'],
  noSuchImport: [404, 'There is no import {id}.'],
  noSuchFile: [422, 'There is no readable file at {path}.'],
  snapshot: [422, 'The file {path} is no snapshot of advisories: {reason}. Make one with: ai-spm advisories import FILE…'],
});

const tag = 'advisories';
const read = 'advisories:read' as const;
const Ecosystem = z.enum(['PyPI', 'npm', 'Go', 'crates.io', 'Maven', 'NuGet', 'RubyGems', 'Packagist']);

/* ——— what was imported ——— */
export const importKinds = ['osv', 'kev', 'epss'] as const;
export const AdvisoryImport = z.object({
  id: z.uuid(),
  kind: z.enum(importKinds),
  name: z.string().describe('Name of the file.'),
  state: z.enum(['running', 'done', 'failed']),
  dataDate: z.iso
    .date()
    .nullable()
    .describe('Day the data is of: the newest record (OSV), release (KEV), score date (EPSS); null: the file does not say.'),
  sha256: z.string(),
  bytes: z.number(),
  expected: z.int().describe('Records the file holds; those read so far are records and rejected.'),
  records: z.int(),
  changed: z.int().describe('Records that were new or different.'),
  rejected: z.int(),
  refused: z.array(z.string()).describe('Names of the first entries that were no advisory.'),
  ecosystems: z.array(z.string()),
  importedBy: z.string(),
  importedAt: z.iso.datetime(),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable().describe('Why it failed.'),
});
export type AdvisoryImport = z.infer<typeof AdvisoryImport>;

export const listImports = endpoint({
  method: 'GET',
  path: '/api/advisories/imports',
  tag,
  operation: 'imports',
  access: read,
  summary: 'Imported files with date, digest and counts, newest first',
  input: z.object({ ...paging }),
  output: pageOf(AdvisoryImport),
});
export const getImport = endpoint({
  method: 'GET',
  path: '/api/advisories/imports/:id',
  tag,
  operation: 'import',
  access: read,
  summary: 'One import: how far it is, and what came of it',
  input: z.object({ id: z.uuid() }),
  output: AdvisoryImport,
});
export const importAdvisories = endpoint({
  method: 'POST',
  path: '/api/advisories/imports',
  tag,
  operation: 'upload',
  access: 'advisories:create',
  kind: 'upload',
  maxBodyBytes: 1_073_741_824,
  timeoutMs: 1_800_000,
  status: 202,
  summary: 'Import an OSV archive or record, the KEV catalogue or EPSS scores; the kind is found by content, the reading goes on in a job',
  input: z.object({ name: z.string().trim().min(1).max(200).default('upload') }),
  output: AdvisoryImport,
});
const SourceState = z.object({ dataDate: z.iso.date().nullable(), importedAt: z.iso.datetime(), records: z.int() });
export const advisorySummary = endpoint({
  method: 'GET',
  path: '/api/advisories/summary',
  tag,
  operation: 'summary',
  access: read,
  summary: 'What is loaded and how old it is, and how many stored components are affected',
  input: z.object({}),
  output: z.object({
    ecosystems: z.array(SourceState.extend({ ecosystem: z.string() })),
    kev: SourceState.nullable(),
    epss: SourceState.nullable(),
    components: z.int(),
    affectedComponents: z.int().nullable().describe('null: no advisories were imported, so nothing was checked.'),
    uncoveredComponents: z.int().describe('Components of ecosystems for which no advisories are loaded.'),
  }),
});
export type AdvisorySummary = z.infer<typeof advisorySummary.output>;

/* ——— advisories ——— */
export const Exploitation = z.object({
  kev: z.boolean().nullable().describe('null: no catalogue was imported, so unknown.'),
  kevDue: z.iso.date().nullable(),
  ransomware: z.boolean().nullable(),
  epss: z.number().min(0).max(1).nullable().describe('null: unknown.'),
  epssPercentile: z.number().min(0).max(1).nullable(),
  epssDate: z.iso.date().nullable(),
});
export type Exploitation = z.infer<typeof Exploitation>;
export const AdvisoryItem = Exploitation.extend({
  id: z.string(),
  shownId: z.string().describe('CVE, else GHSA, else its own id.'),
  aliases: z.array(z.string()),
  summary: z.string(),
  severity: Severity.nullable().describe('null: neither vector nor word.'),
  cvssScore: z.number().nullable(),
  cvssVector: z.string().nullable(),
  malicious: z.boolean(),
  modified: z.iso.datetime(),
  withdrawn: z.boolean(),
  packages: z.array(z.string()).describe('Ecosystem and name.'),
  affectedHere: z.int().describe('Stored components that it speaks about.'),
});
export type AdvisoryItem = z.infer<typeof AdvisoryItem>;
export const advisoryFilter = {
  q: z.string().trim().min(1).max(200).optional().describe('Words of the summary, an id or a package name.'),
  severity: anyOf([...severities, 'unknown']).optional(),
  ecosystem: Ecosystem.optional(),
  here: z.enum(['true', 'false']).optional().describe('true: those that speak about stored components.'),
  kev: z.enum(['true', 'false']).optional(),
} as const;
export const listAdvisories = endpoint({
  method: 'GET',
  path: '/api/advisories',
  tag,
  operation: 'list',
  access: read,
  summary: 'Imported advisories, latest change first',
  input: z.object({ ...paging, ...advisoryFilter }),
  output: pageOf(AdvisoryItem),
});
export const AffectedSpan = z.object({
  ecosystem: z.string(),
  name: z.string(),
  spans: z.array(z.string()).describe('Affected versions in words; empty: only those listed.'),
  versions: z.array(z.string()).max(100),
  versionsLeftOut: z.int(),
});
export const getAdvisory = endpoint({
  method: 'GET',
  path: '/api/advisories/records/:id',
  tag,
  operation: 'read',
  access: read,
  summary: 'One advisory with the versions it affects',
  input: z.object({ id: z.string().min(1).max(120) }),
  output: AdvisoryItem.extend({ cwes: z.array(z.string()), affected: z.array(AffectedSpan) }),
});

/* ——— components and what speaks about them ——— */
export const matchStates = ['affected', 'possible', 'open', 'unknown'] as const;
export const MatchState = z
  .enum(matchStates)
  .describe(
    'affected: its version is. possible: the newest version that its requirement allows is. open: some allowed version is, a fixed one is allowed too. unknown: its version cannot be compared.',
  );
export const AdvisoryMatch = Exploitation.extend({
  id: z.uuid(),
  assetId: z.uuid().nullable(),
  path: z.string().describe('File that names the component.'),
  place: z.string(),
  purl: z.string(),
  ecosystem: z.string(),
  name: z.string(),
  version: z.string().nullable(),
  requirement: z.string().nullable(),
  relation: z.string(),
  advisoryId: z.string(),
  ids: z.array(z.string()),
  state: MatchState,
  fixed: z.string().nullable(),
  summary: z.string(),
  severity: Severity.nullable(),
  cvssScore: z.number().nullable(),
  cvssVector: z.string().nullable(),
  malicious: z.boolean(),
  cwes: z.array(z.string()),
  scanId: z.uuid(),
  matchedAt: z.iso.datetime(),
});
export type AdvisoryMatch = z.infer<typeof AdvisoryMatch>;
export { isDecidedElsewhere } from './matching/decided-elsewhere.ts';
export const listMatches = endpoint({
  method: 'GET',
  path: '/api/advisories/matches',
  tag,
  operation: 'matches',
  access: read,
  summary: 'Stored components that advisories speak about',
  input: z.object({
    ...paging,
    asset_id: z.uuid().optional(),
    advisory: z.string().max(120).optional().describe('An id of the record or an alias.'),
    state: anyOf(matchStates).optional(),
    under: z.string().max(4096).optional().describe('Only of files at or below this path.'),
  }),
  output: pageOf(AdvisoryMatch),
});
export const rematchComponents = endpoint({
  method: 'POST',
  path: '/api/advisories/rematch',
  tag,
  operation: 'rematch',
  access: 'advisories:update',
  status: 202,
  summary: 'Compare every stored component with the imported advisories again, without scanning',
  input: z.strictObject({}),
  output: z.object({ jobId: z.uuid() }),
});
export const lookupExploitation = endpoint({
  method: 'POST',
  path: '/api/advisories/lookup',
  tag,
  operation: 'lookup',
  access: 'service',
  audit: false,
  idempotent: true,
  summary: 'What KEV and EPSS say about these CVEs',
  input: z.object({ cves: z.array(z.string().max(40)).max(2000) }),
  output: z.object({ found: z.array(Exploitation.extend({ cve: z.string() })) }),
});

/* ——— news ——— */
export const advisoriesImported = eventKind(
  'advisories.imported',
  z.object({ importId: z.uuid(), kind: z.enum(importKinds), records: z.int(), changed: z.int() }),
  read,
);
/** Matches of components under `root` (null: of all) are up to date. */
export const advisoriesMatched = eventKind(
  'advisories.matched',
  z.object({ runId: z.uuid(), root: z.string().max(4096).nullable(), components: z.int(), affected: z.int() }),
  read,
);
