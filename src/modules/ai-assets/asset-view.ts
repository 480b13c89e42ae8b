/** Rows as the contract shows them, and the words a search finds an asset by. */
import type { Asset } from './contract.ts';
import type { FieldState, Fields } from './observing/provenance.ts';
import type { AssetRow } from './table.ts';

export function toAsset(
  row: Omit<AssetRow, 'search' | 'searchWords' | 'marks' | 'observed' | 'riskOrder' | 'retiredBy' | 'attention'>,
): Asset {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    type: row.type,
    environment: row.environment,
    owner: row.owner,
    department: row.department,
    cloudProvider: row.cloudProvider,
    region: row.region,
    criticality: row.criticality,
    dataClasses: row.dataClasses,
    risk: row.risk,
    riskLevel: row.riskLevel,
    complianceStatus: row.complianceStatus,
    lifecycle: row.lifecycle,
    tags: row.tags,
    metadata: row.metadata,
    sources: row.sources,
    firstSeen: row.firstSeen?.toISOString() ?? null,
    lastSeen: row.lastSeen?.toISOString() ?? null,
    missingSince: row.missingSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

export function stateOf(row: AssetRow): FieldState {
  const { name, description, type, environment, owner, department, cloudProvider, region, criticality, dataClasses, tags, metadata } = row;
  return {
    fields: { name, description, type, environment, owner, department, cloudProvider, region, criticality, dataClasses, tags, metadata },
    marks: row.marks,
    observed: row.observed,
  };
}

/** Words of name, owner, tags, description and keys, without punctuation, so that `fraud_model.pkl` is found by `fraud`. */
export function searchWords(fields: Fields, keys: readonly string[]): string {
  const text = [fields.name, fields.owner ?? '', ...fields.tags, fields.department ?? '', ...keys, fields.description].join(' ');
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').slice(0, 20_000);
}

/** A search as a tsquery: every word must begin some word of the asset; null when nothing is left to look for. */
export function searchQuery(typed: string): string | null {
  const words = typed
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, 12);
  return words.length === 0 ? null : words.map((word) => `${word.slice(0, 80)}:*`).join(' & ');
}
