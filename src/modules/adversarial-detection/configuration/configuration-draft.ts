/** What the form of the configuration holds: seconds, minutes and percent as people type them, milliseconds and shares as they are kept. */
import { z } from 'zod';
import type { InputOf } from '../../../contract/endpoint.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { type Kind, kinds } from '../detections/detection-shape.ts';
import { type Configuration, type changeConfiguration, FailMode } from './configuration-contract.ts';

const seconds = (least: number, most: number) => z.number('A number of seconds.').min(least).max(most);
const whole = (least: number, most: number) => z.int('A whole number.').min(least).max(most);
const flags = z.record(Severity, z.boolean());

export const ConfigurationDraft = z.object({
  blockAtSeverity: Severity,
  quarantineAtSeverity: Severity,
  escalateAtSeverity: Severity,
  incidentAtSeverity: Severity,
  incidentCount: whole(1, 10_000),
  incidentMinutes: z.number('A number of minutes.').min(0.1).max(43_200),
  blockDeadline: whole(10, 1000),
  quarantineDeadline: seconds(0.5, 60),
  blockFor: seconds(1, 31_622_400),
  escalateAfter: seconds(5, 3600),
  releasePolicy: z.enum(['manual', 'after', 'when-clean']),
  releaseAfter: seconds(0, 31_622_400),
  approvals: whole(0, 5),
  never: flags,
  failMode: FailMode,
  simulate: z.boolean(),
  detectors: z.record(
    z.enum(kinds),
    z.object({ enabled: z.boolean(), percent: z.number('A number of percent.').min(0.01, 'At least 0.01 %.').max(20, 'At most 20 %.') }),
  ),
});
export type ConfigurationDraft = z.infer<typeof ConfigurationDraft>;

const percentOf = (share: number): number => Number((share * 100).toPrecision(6));
const ms = (length: number, unit: number): number => Math.round(length * unit);

/** The configuration as the form shows it. */
export function configurationDraftOf({ response, detectors }: Configuration): ConfigurationDraft {
  const { autoRelease, incidentAfterAlerts } = response;
  const { blockAtSeverity, quarantineAtSeverity, escalateAtSeverity, incidentAtSeverity, failMode, simulate } = response;
  return {
    ...{ blockAtSeverity, quarantineAtSeverity, escalateAtSeverity, incidentAtSeverity, failMode, simulate },
    incidentCount: incidentAfterAlerts.count,
    incidentMinutes: incidentAfterAlerts.withinMs / 60_000,
    blockDeadline: response.blockDeadlineMs,
    quarantineDeadline: response.quarantineDeadlineMs / 1000,
    blockFor: response.blockForMs / 1000,
    escalateAfter: response.escalateAfterMs / 1000,
    releasePolicy: autoRelease.policy,
    releaseAfter: autoRelease.afterMs / 1000,
    approvals: autoRelease.approvals,
    never: bySeverity((severity) => autoRelease.neverForSeverity.includes(severity)),
    detectors: byKind((kind) => ({
      enabled: detectors[kind].enabled,
      percent: percentOf(detectors[kind].targetFalsePositiveRate),
    })),
  };
}

/** What the form asks to be changed, of the version it was opened with. What it does not show stays as it is. */
export function configurationChangeOf(draft: ConfigurationDraft, version: number): InputOf<typeof changeConfiguration> {
  const { blockAtSeverity, quarantineAtSeverity, escalateAtSeverity, incidentAtSeverity, failMode, simulate } = draft;
  return {
    version,
    response: {
      ...{ blockAtSeverity, quarantineAtSeverity, escalateAtSeverity, incidentAtSeverity, failMode, simulate },
      incidentAfterAlerts: { count: draft.incidentCount, withinMs: ms(draft.incidentMinutes, 60_000) },
      blockDeadlineMs: draft.blockDeadline,
      quarantineDeadlineMs: ms(draft.quarantineDeadline, 1000),
      blockForMs: ms(draft.blockFor, 1000),
      escalateAfterMs: ms(draft.escalateAfter, 1000),
      autoRelease: {
        policy: draft.releasePolicy,
        afterMs: ms(draft.releaseAfter, 1000),
        approvals: draft.approvals,
        neverForSeverity: severities.filter((severity) => draft.never[severity]),
      },
    },
    detectors: byKind((kind) => ({
      enabled: draft.detectors[kind].enabled,
      targetFalsePositiveRate: Number((draft.detectors[kind].percent / 100).toPrecision(6)),
    })),
  };
}

function byKind<T>(of: (kind: Kind) => T): Record<Kind, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<Kind, T>;
}
function bySeverity<T>(of: (severity: Severity) => T): Record<Severity, T> {
  return Object.fromEntries(severities.map((severity) => [severity, of(severity)])) as Record<Severity, T>;
}
