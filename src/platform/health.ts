/** Health of a process, part by part, with how long each check took. */

export type PartHealth = {
  readonly name: string;
  readonly state: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  readonly detail: string | null;
  readonly latencyMs: number;
};
type Check = () => Promise<{ state: PartHealth['state']; detail?: string }>;
const checks = new Map<string, Check>();
const patienceMs = 2000;

/** Names a part whose check runs whenever health is asked. Checks must not throw secrets and must be cheap. */
export function watchHealth(name: string, check: Check): void {
  checks.set(name, check);
}

export async function partHealths(): Promise<PartHealth[]> {
  return Promise.all([...checks].map(([name, check]) => measured(name, check)));
}

async function measured(name: string, check: Check): Promise<PartHealth> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ state: 'unhealthy'; detail: string }>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'unhealthy', detail: `no answer within ${patienceMs} ms` }), patienceMs);
  });
  const { state, detail } = await Promise.race([check().catch(failed), late]);
  clearTimeout(timer);
  return { name, state, detail: detail ?? null, latencyMs: Math.round((performance.now() - startedAt) * 100) / 100 };
}

function failed(error: unknown): { state: 'unhealthy'; detail: string } {
  return { state: 'unhealthy', detail: error instanceof Error ? error.message.slice(0, 200) : 'failed' };
}

/** The worst part decides; a process without parts is healthy when it answers. Unknown parts do not make the whole unhealthy, but never healthy-looking either. */
export function overallHealth(parts: readonly PartHealth[]): PartHealth['state'] {
  for (const state of ['unhealthy', 'degraded'] as const) if (parts.some((part) => part.state === state)) return state;
  return parts.every((part) => part.state === 'healthy') ? 'healthy' : 'degraded';
}
