/** How runs and hits are shown: words of kinds and states, counts, shapes. */
import { formatNumber } from '../../../ui/format.ts';
import { Shape } from '../../../ui/shape.tsx';
import { Badge } from '../../../ui/tag.tsx';
import type { HitKind, HitState, Run } from '../contract.ts';

export const kindWords: Readonly<Record<HitKind, { word: string; many: string }>> = {
  model: { word: 'model', many: 'models' },
  dataset: { word: 'data set', many: 'data sets' },
  notebook: { word: 'notebook', many: 'notebooks' },
  package: { word: 'package', many: 'packages' },
  'framework-use': { word: 'library in use', many: 'libraries in use' },
  'model-reference': { word: 'hub model named in code', many: 'hub models named in code' },
  'dataset-reference': { word: 'hub data set named in code', many: 'hub data sets named in code' },
  'hosted-model': { word: 'hosted model', many: 'hosted models' },
  endpoint: { word: 'endpoint', many: 'endpoints' },
  'training-code': { word: 'training code', many: 'training code' },
  agent: { word: 'agent', many: 'agents' },
  'mcp-server': { word: 'MCP server', many: 'MCP servers' },
  prompt: { word: 'prompt', many: 'prompts' },
  serving: { word: 'serving', many: 'serving' },
  'vector-store': { word: 'vector store', many: 'vector stores' },
  'key-name': { word: 'key setting', many: 'key settings' },
  secret: { word: 'secret in a file', many: 'secrets in files' },
};

export function StateBadge({ state }: { state: HitState }) {
  if (state === 'new') return <Badge tone="accent">New</Badge>;
  if (state === 'changed') return <Badge tone="medium">Changed</Badge>;
  if (state === 'gone') return <Badge tone="unknown">Gone</Badge>;
  return <span className="text-ink-3">unchanged</span>;
}

export function RunShape({ run: { state, summary } }: { run: Run }) {
  if (state === 'done')
    return summary?.complete === false ? (
      <Shape name="unknown" tone="unknown" label="not everything was reached" />
    ) : (
      <Shape name="ok" tone="ok" label="done" />
    );
  if (state === 'failed') return <Shape name="high" tone="high" label="failed" />;
  if (state === 'cancelled') return <Shape name="on-hold" tone="ink-3" label="cancelled" />;
  return <Shape name="in-progress" tone="accent" label={state} />;
}

/** `12 new, 1 changed, 2 gone, 30 unchanged`; what is zero is left out, but never all of it. */
export function diffWords({ counts, state }: Run): string {
  if (counts === null) return state === 'done' ? 'unknown' : state;
  const parts = (['new', 'changed', 'gone', 'unchanged'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${formatNumber(counts[name])} ${name}`);
  return parts.length === 0 ? 'nothing found' : parts.join(', ');
}
