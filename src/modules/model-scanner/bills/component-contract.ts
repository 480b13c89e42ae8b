/** Packages of a scan: part of the contract. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { ScannedPackage } from '../scans/scan-shape.ts';

export const ScanComponent = ScannedPackage.extend({
  id: z.uuid(),
  path: z.string().describe('File that names it, relative to the scanned path.'),
  assetId: z.uuid().nullable(),
});
export type ScanComponent = z.infer<typeof ScanComponent>;

export const listScanComponents = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id/components',
  tag: 'model-scanner',
  operation: 'components',
  access: 'model-scanner:read',
  summary: 'Packages that the files of a scan ask for or fix',
  input: z.object({ ...paging, id: z.uuid(), path: z.string().max(4096).optional() }),
  output: pageOf(ScanComponent),
});
