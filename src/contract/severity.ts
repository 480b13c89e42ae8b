/** The five severities, worst first, and the verdict words of a scan. Everywhere the same. */
import { z } from 'zod';

export const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/** 0 is the worst: sorts worst first. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** Order is the order of gravity: a container takes the worst of its members. */
export const verdicts = ['malicious', 'suspicious', 'incomplete', 'risky', 'clean', 'unsupported'] as const;
export const Verdict = z.enum(verdicts);
export type Verdict = z.infer<typeof Verdict>;

export const riskLevels = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export const RiskLevel = z.enum(riskLevels);
export type RiskLevel = z.infer<typeof RiskLevel>;

/** How we know a thing: shown as a mark beside every fact. */
export const Mark = z.enum(['static', 'observed', 'imported', 'declared', 'inferred']);
export type Mark = z.infer<typeof Mark>;
