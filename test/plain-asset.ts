/** What the inventory answers of an asset that nobody has described, for tests of slices that ask for one. */
import type { AssetDetail } from '../src/modules/ai-assets/contract.ts';

const at = '2026-05-01T00:00:00.000Z';
export const plainAsset: Omit<AssetDetail, 'id' | 'name'> = {
  description: '',
  type: 'model',
  environment: null,
  owner: null,
  department: null,
  cloudProvider: null,
  region: null,
  criticality: null,
  dataClasses: [],
  risk: null,
  riskLevel: 'unknown',
  complianceStatus: 'unknown',
  lifecycle: 'active',
  tags: [],
  metadata: {},
  sources: [],
  firstSeen: null,
  lastSeen: null,
  missingSince: null,
  createdAt: at,
  updatedAt: at,
  version: 1,
  keys: [],
  marks: {},
  differences: [],
  sightings: [],
  dependencies: [],
};
