/** How assets are shown everywhere: words and icons of their types, risk, lifecycle, and the sentence that says where they stand. */

import { Bot, Boxes, Brain, Database, Globe, type LucideIcon, Plug, Server, Workflow, Wrench } from 'lucide-react';
import { formatNumber } from '../../ui/format.ts';
import { SeverityChip, SeverityShape } from '../../ui/severity.tsx';
import { Shape } from '../../ui/shape.tsx';
import { Badge, Tag, Unknown } from '../../ui/tag.tsx';
import type { Asset, AssetType, EdgeKind } from './contract.ts';

export const typeWords: Readonly<Record<AssetType, { word: string; many: string; icon: LucideIcon }>> = {
  model: { word: 'model', many: 'models', icon: Brain },
  dataset: { word: 'data set', many: 'data sets', icon: Database },
  pipeline: { word: 'pipeline', many: 'pipelines', icon: Workflow },
  api: { word: 'API', many: 'APIs', icon: Globe },
  endpoint: { word: 'endpoint', many: 'endpoints', icon: Server },
  infrastructure: { word: 'infrastructure', many: 'infrastructure', icon: Boxes },
  agent: { word: 'agent', many: 'agents', icon: Bot },
  mcp_server: { word: 'MCP server', many: 'MCP servers', icon: Plug },
  tool: { word: 'tool', many: 'tools', icon: Wrench },
};

export const edgeWords: Readonly<Record<EdgeKind, string>> = {
  exposes: 'exposes',
  serves: 'serves',
  calls: 'calls',
  reads: 'reads',
  writes: 'writes',
  trains_on: 'trains on',
  produces: 'produces',
  depends_on: 'depends on',
  contains: 'contains',
  runs_as: 'runs as',
  can_access: 'can access',
  invokes: 'invokes',
  provides: 'provides',
  shares_context: 'shares context with',
};

export const lifecycleWords: Readonly<Record<Asset['lifecycle'], string>> = {
  proposed: 'Proposed',
  approved: 'Approved',
  active: 'Active',
  deprecated: 'Deprecated',
  retired: 'Retired',
  quarantined: 'Quarantined',
};

export const criticalityWords: Readonly<Record<NonNullable<Asset['criticality']>, string>> = { high: 'High', medium: 'Medium', low: 'Low' };

export const dataClassWords: Readonly<Record<Asset['dataClasses'][number], string>> = {
  public: 'public',
  internal: 'internal',
  confidential: 'confidential',
  personal: 'personal',
  special_category: 'special category',
  secret: 'secret',
};

export function RiskShape({ asset }: { asset: Pick<Asset, 'risk' | 'riskLevel'> }) {
  if (asset.risk === 0) return <Shape name="ok" tone="ok" label="No known risk" />;
  return <SeverityShape severity={asset.riskLevel} />;
}

/** The number with its level, or the word unknown: not assessed is not low. */
export function RiskFigure({ asset: { risk, riskLevel } }: { asset: Pick<Asset, 'risk' | 'riskLevel'> }) {
  if (risk === null) return <Unknown />;
  return (
    <span className="font-name tabular-nums" title={`${riskLevel} risk`}>
      {formatNumber(Math.round(risk))}
    </span>
  );
}

export function RiskChip({ asset: { risk, riskLevel } }: { asset: Pick<Asset, 'risk' | 'riskLevel'> }) {
  if (risk === 0) return <Badge tone="ok">No known risk</Badge>;
  return (
    <SeverityChip
      severity={riskLevel}
      word={riskLevel === 'unknown' ? 'Risk unknown' : `${riskLevel[0]?.toUpperCase()}${riskLevel.slice(1)} risk`}
    />
  );
}

export function LifecycleBadge({ asset: { lifecycle, missingSince } }: { asset: Pick<Asset, 'lifecycle' | 'missingSince'> }) {
  if (lifecycle === 'proposed') return <Badge tone="accent">Proposed</Badge>;
  if (lifecycle === 'quarantined') return <Badge tone="critical">Quarantined</Badge>;
  if (missingSince !== null && lifecycle !== 'retired') return <Badge tone="high">No longer seen</Badge>;
  if (lifecycle === 'active') return null;
  return <Tag>{lifecycleWords[lifecycle].toLowerCase()}</Tag>;
}

export function TypeTag({ type }: { type: AssetType }) {
  return <Tag>{typeWords[type].word}</Tag>;
}

/** Where an asset lies, in one line: its format or provider and its short id. */
export function secondLine({ id, metadata, description }: Pick<Asset, 'id' | 'metadata' | 'description'>): string {
  const kind = metadata['format'] ?? metadata['provider'] ?? metadata['product'] ?? metadata['client'] ?? metadata['role'];
  return kind === undefined ? description || id.slice(0, 13) : String(kind);
}
