/** Until when a vulnerability must be ended. The numbers are data: catalog/sla.yaml. */
import { z } from 'zod';
import { type Severity, severities } from '../../../contract/severity.ts';
import { loadCatalog } from '../../../platform/catalog.ts';

const bySeverity = <T extends z.ZodType>(value: T) => z.record(z.enum(severities), value);
export const SlaPolicy = z.strictObject({
  version: z.string(),
  exploited: bySeverity(z.number().positive().nullable()),
  otherwise: bySeverity(z.number().positive().nullable()),
  environment: z.strictObject({
    production: z.number().positive(),
    staging: z.number().positive(),
    research: z.number().positive(),
    development: z.number().positive(),
    unknown: z.number().positive(),
  }),
  criticality: z.strictObject({
    high: z.number().positive(),
    medium: z.number().positive(),
    low: z.number().positive(),
    unknown: z.number().positive(),
  }),
  mostStretch: z.number().min(1),
  leastHoursAfterChange: z.number().min(0),
  reopenKeepsDateDays: z.number().min(0),
  mostPauseDays: bySeverity(z.number().min(0)),
  mostAcceptanceDays: z.number().positive(),
  falsePositiveReviewDays: z.number().positive(),
});
export type SlaPolicy = z.infer<typeof SlaPolicy>;
export function slaPolicy(): SlaPolicy {
  return loadCatalog('sla', SlaPolicy);
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
export type SlaFacts = {
  readonly severity: Severity;
  readonly kev: boolean | null;
  /** The attack is in the artefact: exploited here. */
  readonly malicious: boolean;
  readonly environment: string | null;
  readonly criticality: string | null;
};

/** Days allowed for these facts; null: no date. Pure. */
export function allowedDays({ severity, kev, malicious, environment, criticality }: SlaFacts, policy: SlaPolicy): number | null {
  const days = (kev === true || malicious ? policy.exploited : policy.otherwise)[severity];
  if (days === null) return null;
  const stretch = multiplier(policy.environment, environment) * multiplier(policy.criticality, criticality);
  return days * Math.min(stretch, policy.mostStretch);
}

function multiplier(table: Readonly<Record<string, number>>, word: string | null): number {
  const known = word !== null && Object.hasOwn(table, word) ? table[word] : undefined;
  return known ?? table['unknown'] ?? 1;
}

/** Date from the start of the clock. Pure. */
export function dueDate(startedAt: Date, facts: SlaFacts, policy: SlaPolicy): Date | null {
  const days = allowedDays(facts, policy);
  return days === null ? null : new Date(startedAt.getTime() + days * dayMs);
}

export type DueChange = { readonly startedAt: Date; readonly pausedMs: number; readonly dueAt: Date | null; readonly now: Date };
/**
 * The date after severity, KEV or asset facts changed: from the original start plus what the clock stood still, but never
 * nearer than `leastHoursAfterChange` from now unless it already was. Pure.
 */
export function movedDueDate({ startedAt, pausedMs, dueAt, now }: DueChange, facts: SlaFacts, policy: SlaPolicy): Date | null {
  const fresh = dueDate(new Date(startedAt.getTime() + pausedMs), facts, policy);
  if (fresh === null) return null;
  const least = now.getTime() + policy.leastHoursAfterChange * hourMs;
  const shortens = dueAt === null || fresh < dueAt;
  if (!shortens || fresh.getTime() >= least) return fresh;
  // It may come nearer only down to the least notice; a date already nearer than that stays.
  return dueAt !== null && dueAt.getTime() <= least ? dueAt : new Date(least);
}

/** How much of a pause counts: it moves the date by exactly this. Pure. */
export function countedPauseMs(pausedAt: Date, now: Date, { severity, policy }: { severity: Severity; policy: SlaPolicy }): number {
  return Math.min(Math.max(0, now.getTime() - pausedAt.getTime()), policy.mostPauseDays[severity] * dayMs);
}

export type Reopening = { readonly dueAt: Date | null; readonly closedAt: Date; readonly now: Date };
/** Reopened soon: the old date stands, and so does the old start. Later: a new clock. Pure. */
export function keepsOldDate({ dueAt, closedAt, now }: Reopening, policy: SlaPolicy): boolean {
  return dueAt !== null && now.getTime() - closedAt.getTime() <= policy.reopenKeepsDateDays * dayMs;
}
