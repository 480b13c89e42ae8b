/** The bill of materials of an asset or a scan: what it is made of, how complete that picture is, and how it changed. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { problems } from '../../../contract/problem.ts';
import { Verdict } from '../../../contract/severity.ts';

export const billProblems = problems('model-scanner', {
  billMissing: [404, 'No finished scan holds files of the asset {id}, so there is no bill of materials.'],
  billSubject: [422, 'Name an asset or a scan.'],
});

export const billKinds = ['model', 'dataset', 'package', 'file', 'service'] as const;
export const BillComponent = z.object({
  key: z.string().describe('Same in every bill about the same thing.'),
  kind: z.enum(billKinds),
  name: z.string(),
  version: z.string().nullable(),
  purl: z.string().nullable(),
  supplier: z.string().nullable(),
  licences: z.array(z.string()),
  format: z.string().nullable(),
  scope: z.enum(['required', 'optional']).nullable(),
  digest: z.string().nullable().describe('SHA-256, when the bytes were hashed or a lock fixes them.'),
  place: z.string().nullable(),
  places: z.int().min(0),
  note: z.string().nullable(),
});
export type BillComponent = z.infer<typeof BillComponent>;
/** `from` is used to make `to`, or `to` needs `from`: drawings run from left to right. */
export const BillEdge = z.object({
  from: z.string(),
  to: z.string(),
  kind: z.enum(['base of', 'trains', 'needed by', 'beside']),
  mark: z.enum(['static', 'declared']),
});
export type BillEdge = z.infer<typeof BillEdge>;
/** Something a component names that is not itself here: a base model, a data set on a hub. */
export const BillOutsider = z.object({
  key: z.string(),
  kind: z.enum(['model', 'dataset']),
  name: z.string(),
  purl: z.string().nullable(),
});

const BillScan = z.object({ id: z.uuid(), path: z.string(), verdict: Verdict.nullable(), finishedAt: z.iso.datetime().nullable() });
export const Bill = z.object({
  name: z.string(),
  scan: BillScan,
  earlier: z.array(BillScan).max(50).describe('Other finished scans with files of the same asset, newest first.'),
  complete: z.boolean().describe('false: something was not read, so parts may be missing.'),
  completeness: z.object({
    score: z.int().min(0).max(100).nullable().describe('null: there is no model to say anything about.'),
    missing: z.array(z.object({ field: z.string(), models: z.int() })),
    models: z.array(z.object({ key: z.string(), name: z.string(), score: z.int(), missing: z.array(z.string()) })),
  }),
  counts: z.record(z.enum(billKinds), z.int()),
  components: z.array(BillComponent).max(5000),
  componentsLeftOut: z.int().min(0),
  outsiders: z.array(BillOutsider).max(1000),
  edges: z.array(BillEdge).max(10_000),
});
export type Bill = z.infer<typeof Bill>;

const tag = 'model-scanner';
const access = 'model-scanner:read' as const;
const subject = {
  asset_id: z.uuid().optional().describe('Of the newest finished scan with files of this asset, unless scan_id says another.'),
  scan_id: z.uuid().optional(),
};
export const getBill = endpoint({
  method: 'GET',
  path: '/api/model-scanner/bill',
  tag,
  operation: 'bill',
  access,
  summary: 'Bill of materials of an asset or a scan, with its completeness',
  input: z.object(subject),
  output: Bill,
});
export const billDocument = endpoint({
  method: 'GET',
  path: '/api/model-scanner/bill/document',
  tag,
  operation: 'bill-document',
  audit: 'model-scanner.bill-document',
  access,
  kind: 'file',
  summary: 'The same as a CycloneDX document',
  input: z.object({ ...subject, version: z.enum(['1.6', '1.7']).default('1.6') }),
  output: z.unknown(),
});
export const compareBills = endpoint({
  method: 'GET',
  path: '/api/model-scanner/bill/compare',
  tag,
  operation: 'compare-bills',
  access,
  summary: 'Components that are new, gone or changed between two scans of an asset',
  input: z.object({ asset_id: z.uuid().optional(), a: z.uuid(), b: z.uuid() }),
  output: z.object({
    a: BillScan,
    b: BillScan,
    new: z.array(BillComponent),
    gone: z.array(BillComponent),
    changed: z.array(z.object({ before: BillComponent, after: BillComponent, fields: z.array(z.string()) })),
    unchanged: z.int(),
  }),
});
