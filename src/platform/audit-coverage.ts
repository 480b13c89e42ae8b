/**
 * Counts of what must leave an entry in the audit log: requests as they come in, and as they are decided. The slice audit-logs
 * takes the counts each minute and looks for the entries. Held in memory: a process that dies takes its open minute with it.
 */
export type Decided = { readonly workspaceId: string; readonly traceId: string; readonly requests: number; readonly since: number };
export type Counts = { readonly cameIn: number; readonly decided: readonly Decided[]; readonly notFollowed: number };

/** Traces followed at a time; beyond, requests are counted and said to be not followed. */
const mostTraces = 50_000;
type Open = { workspaceId: string; traceId: string; requests: number; since: number };
let cameIn = 0;
let notFollowed = 0;
let decided = new Map<string, Open>();

export const coverage = {
  /** A request that changes state, or reads what is recorded, reached its endpoint. */
  cameIn(): void {
    cameIn += 1;
  },
  /** It was answered or refused: from now on its entry must be there. */
  decided(workspaceId: string, traceId: string): void {
    const name = `${workspaceId} ${traceId}`;
    const known = decided.get(name);
    if (known !== undefined) known.requests += 1;
    else if (decided.size >= mostTraces) notFollowed += 1;
    else decided.set(name, { workspaceId, traceId, requests: 1, since: Date.now() });
  },
  /** It needs no entry after all: it was refused because none could be written. */
  withdrawn(): void {
    cameIn -= 1;
  },
};

/** Hands the counts over and begins anew; what is still on its way is counted when it ends. */
export function takeCoverage(): Counts {
  const counts: Counts = { cameIn, decided: [...decided.values()], notFollowed };
  cameIn = 0;
  notFollowed = 0;
  decided = new Map();
  return counts;
}
