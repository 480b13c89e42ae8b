/** Words of guards that their pages share. */
import { formatNumber } from '../../../ui/format.ts';
import { Shape } from '../../../ui/shape.tsx';
import { Badge } from '../../../ui/tag.tsx';
import type { Guard, GuardForm, GuardLatency } from '../contract.ts';

export const formWords: Readonly<Record<GuardForm, string>> = {
  'kserve-v2': 'KServe v2',
  openai: 'OpenAI chat',
  'custom-json': 'Other JSON',
};
export const guardsHome = { label: 'Guards', to: '/adversarial-detection/guards' } as const;

export function modeWord({ enabled, mode }: Pick<Guard, 'enabled' | 'mode'>): string {
  if (!enabled) return 'Off';
  return mode === 'enforce' ? 'Enforcing' : 'Watching';
}
export function ModeShape({ guard }: { guard: Pick<Guard, 'enabled' | 'mode'> }) {
  const enforces = guard.enabled && guard.mode === 'enforce';
  return <Shape name={enforces ? 'ok' : 'unknown'} tone={enforces ? 'ok' : 'unknown'} label={modeWord(guard)} />;
}
export function ModeBadge({ guard }: { guard: Pick<Guard, 'enabled' | 'mode'> }) {
  return <Badge tone={guard.enabled && guard.mode === 'enforce' ? 'ok' : 'unknown'}>{modeWord(guard)}</Badge>;
}

/** Added time is counted in classes: what is known is the edge it stays under. */
export function edgeText(edge: number | null | undefined): string {
  if (edge === undefined) return 'unknown';
  return edge === null ? 'over 250 ms' : `≤ ${formatNumber(edge, { digits: edge < 1 ? 2 : 0 })} ms`;
}
export function addedText(added: GuardLatency | null): string {
  return added === null ? 'no request yet' : `half ${edgeText(added.p50Ms)}, 99 % ${edgeText(added.p99Ms)}`;
}
